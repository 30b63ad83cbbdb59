import { Command } from 'commander';
import { chatCommand } from './commands/chat.ts';
import { completionCommand, completionNamesCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { initCommand } from './commands/init.ts';
import { modelsCommand } from './commands/models.ts';
import { planCommand } from './commands/plan.ts';
import { providersCommand } from './commands/providers.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { serveCommand } from './commands/serve.ts';
import { exitCodesHelp } from './exit-code.ts';
import type { Io } from './terminal/io.ts';
import { printableLine } from './terminal/printable.ts';
import { createTerminal, type Terminal, type TerminalOptions } from './terminal/terminal.ts';
import { version } from './version.ts';

const help = `
Examples:
  sluice chat "Why is the sky blue?"
  echo "Why is the sky blue?" | sluice chat
  sluice chat -u http://127.0.0.1:11434/v1 -m llama3:8b
  sluice serve                                   OpenAI-compatible, for any client
  sluice plan -m fast "Why is the sky blue?"     where it would go, and why

Environment:
  SLUICE_CONFIG            the configuration, where --config names none
  NO_COLOR, FORCE_COLOR    switch colours off or on
  SLUICE_SANDBOX_DOWN      providers whose server in the embedded sandbox is down, such as h2o,ylokh
  SLUICE_DEBUG=1           show stack traces

${exitCodesHelp}`;

/** The command line: what there is, and how it is read. `done` gets the exit code of the command that ran. */
export function createProgram(io: Io, done: (exitCode: number) => void): Command {
  const program = new Command('sluice')
    .description('Chat completions from many providers: the first that can answer does.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('-q, --quiet', 'print nothing but the answer and errors')
    .option('--no-color', 'print without colours')
    .addHelpText('after', help);
  const open = (command: Command): Terminal => createTerminal(io, command.optsWithGlobals<TerminalOptions>());
  for (const create of [
    chatCommand,
    serveCommand,
    planCommand,
    modelsCommand,
    providersCommand,
    sandboxCommand,
    initCommand,
    doctorCommand,
    completionCommand,
  ]) {
    program.addCommand(create(open, done));
  }
  program.addCommand(completionNamesCommand(open, done), { hidden: true });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      // Commander's "error: …\n(Did you mean …?)" as one line in our form.
      outputError: (text, write) => write(`sluice: ${commandLineError(text)}; see --help\n`),
    });
  }
  return program;
}

/** Commander's words on one line, without what was given to an option that there is not: it may be a key. */
function commandLineError(text: string): string {
  const line = printableLine(text)
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replace(/^(unknown option '-[^=']*)=.*?'(?= \(Did|$)/s, "$1'");
  return /^unknown option '--?(api-?)?key'/i.test(line) ? `${line} (Did you mean --api-key-env?)` : line;
}
