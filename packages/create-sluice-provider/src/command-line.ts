import { Command } from 'commander';
import { protocols } from './answers.ts';
import type { Given } from './ask-questions.ts';
import { refuseUnusable } from './create-provider-package.ts';
import type { Io } from './io.ts';

/** What the command line says. */
export interface CommandLine {
  /** As it was given. */
  readonly folder: string | undefined;
  readonly given: Given;
  /** Take the default for everything that is not given. */
  readonly yes: boolean;
  readonly force: boolean;
}

const help = `
Protocols:
${Object.entries(protocols)
  .map(([name, what]) => `  ${name.padEnd(12)} ${what}`)
  .join('\n')}

Examples:
  npm create sluice-provider
  npm create sluice-provider weather
  npm create sluice-provider weather -- --protocol json-lines --base-url https://chat.weather.example/api --key
  pnpm create sluice-provider weather --yes

Exit codes: 0 written, 1 failed, 2 something about the command line, 130 cancelled; nothing is written but with 0.`;

/** Flags as Commander gives them. */
interface Flags {
  readonly name?: string;
  readonly id?: string;
  readonly title?: string;
  readonly protocol?: string;
  readonly baseUrl?: string;
  readonly key?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** The answers that flags give. */
const answersOfFlags = {
  name: 'packageName',
  id: 'id',
  title: 'title',
  protocol: 'protocol',
  baseUrl: 'baseURL',
  key: 'needsKey',
} as const satisfies { readonly [Flag in keyof Flags]?: keyof Given };

/**
 * Reads the command line. Throws Commander's error for help, version and mistakes, which it has printed by then, and an
 * `UnusableAnswerError` for an answer that cannot be used.
 */
export function parseCommandLine(argv: readonly string[], version: string, io: Io): CommandLine {
  const command = new Command('create-sluice-provider')
    .description('Writes a Sluice provider package of your own; asks for what is not given.')
    .argument('[folder]', 'where to write it; default: named like the package')
    .option('--name <name>', 'name of the package')
    .option('--id <id>', 'id of the provider')
    .option('--title <title>', 'name of the service, for people')
    .option('--protocol <protocol>', 'how the service answers; see below')
    .option('--base-url <url>', 'address of its API')
    .option('--key', 'it needs a key')
    .option('--no-key', 'it needs none')
    .option('-y, --yes', 'ask nothing: the default for everything that is not given')
    .option('-f, --force', 'write into a folder that is not empty')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
  command.parse(argv, { from: 'user' });
  const flags = command.opts<Flags>();
  const given = Object.fromEntries(
    Object.entries(answersOfFlags).flatMap(([flag, answer]) => {
      const value = flags[flag as keyof typeof answersOfFlags];
      if (value === undefined) return [];
      const name = command.options.find((option) => option.attributeName() === flag)?.long;
      refuseUnusable(answer, value as never, name);
      return [[answer, value]];
    }),
  ) as Given;
  return { folder: command.args[0], given, yes: flags.yes ?? false, force: flags.force ?? false };
}
