import { CommanderError } from 'commander';
import { exitCodes } from './exit-code.ts';
import { reportFailure } from './failure.ts';
import { createProgram } from './program.ts';
import type { Io } from './terminal/io.ts';
import { createTerminal, type Terminal } from './terminal/terminal.ts';
import { writeFailure } from './terminal/writer.ts';

/**
 * Runs the `sluice` command with these arguments (without `node` and the script) and returns its exit code. It never throws
 * and never ends the process.
 *
 * @example
 * process.exitCode = await run(['chat', 'Hello'], processIo());
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const terminal = createTerminal(io, { color: !argv.includes('--no-color') });
  const exitCode = await runCommand(argv, terminal);
  await terminal.out.flush();
  const lost = writeFailure(terminal.out);
  if (lost === undefined || exitCode !== exitCodes.ok) return exitCode;
  await terminal.complain(`the output cannot be written: ${lost.message}`);
  return exitCodes.failure;
}

async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = createProgram(terminal.io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return await reportFailure(error, terminal);
  }
}
