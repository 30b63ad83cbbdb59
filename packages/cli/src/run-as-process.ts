import { exitCodes } from './exit-code.ts';
import { reportFailure } from './failure.ts';
import { run } from './main.ts';
import { type Io, processIo } from './terminal/io.ts';
import { createTerminal } from './terminal/terminal.ts';

/** How long the process may outlive its command, in milliseconds, for sockets and timers that somebody else's code left open. */
const lingerMs = 1_000;

/**
 * Runs the command as the whole of this process and sets its exit code. A configuration and the providers of others are code
 * that runs here: what they throw where nobody waits for it is told in a line, without the dump that Node would print of it
 * (with keys in it, if they are there), and what they leave open does not keep the process.
 */
export async function runAsProcess(): Promise<void> {
  const argv = process.argv.slice(2);
  const io = worldOf();
  if (io === undefined) return;
  const terminal = createTerminal(io, { color: !argv.includes('--no-color') });
  let isDone = false;
  const fail = (line: string): void => {
    void terminal.complain(line);
    process.exitCode = exitCodes.failure;
  };
  // The command goes on: a promise that nobody looked at belongs to nothing that it waits for.
  process.on('unhandledRejection', (reason) => void reportFailure(reason, terminal));
  process.on('uncaughtException', (error) => {
    isDone = true;
    void reportFailure(error, terminal).then(() => process.exit(exitCodes.failure));
  });
  process.on('beforeExit', () => {
    if (isDone) return;
    isDone = true;
    fail('a provider or the configuration waits for something that never comes: it was given up');
    process.exit();
  });
  process.on('exit', (code) => {
    if (!isDone && code === exitCodes.ok) fail('a provider or the configuration has ended the process');
  });
  const exitCode = await run(argv, io);
  isDone = true;
  process.exitCode = exitCode;
  setTimeout(() => process.exit(exitCode), lingerMs).unref();
}

function worldOf(): Io | undefined {
  try {
    return processIo();
  } catch {
    process.stderr.write('sluice: the working folder is gone: change to another one\n');
    process.exitCode = exitCodes.usage;
    return undefined;
  }
}
