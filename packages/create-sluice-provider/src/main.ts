import { basename, relative, resolve } from 'node:path';
import { CommanderError } from 'commander';
import type { Answers } from './answers.ts';
import { askQuestions, CancelledError, withDefaults } from './ask-questions.ts';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import { createProviderPackage, refuseFull, UnusableAnswerError } from './create-provider-package.ts';
import type { Io } from './io.ts';
import { nextSteps } from './next-steps.ts';
import { readVersions } from './read-template.ts';

const exitCodes = { written: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** Runs the command with these arguments (without `node` and the script) and answers with its exit code. It never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const { version } = await readVersions();
    await create(parseCommandLine(argv, version, io), io);
    return exitCodes.written;
  } catch (error) {
    // Commander has said what is wrong, or printed what was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.written : exitCodes.usage;
    if (error instanceof CancelledError) return exitCodes.cancelled;
    io.stderr.write(`create-sluice-provider: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UnusableAnswerError ? exitCodes.usage : exitCodes.failed;
  }
}

async function create(commandLine: CommandLine, io: Io): Promise<void> {
  const { folder: named, force } = commandLine;
  const wanted = named === undefined ? undefined : resolve(io.cwd, named);
  // Before five questions are answered for nothing.
  if (wanted !== undefined && !force) refuseFull(wanted);
  const answers = await answersOf(commandLine, wanted === undefined ? undefined : basename(wanted), io);
  const folder = wanted ?? resolve(io.cwd, answers.packageName.replace(/^@[^/]*\//, ''));
  const files = await createProviderPackage(folder, answers, { force });
  const from = relative(io.cwd, folder);
  const lines = [
    `Wrote ${answers.packageName} (${files.size} files). What to do next:`,
    '',
    ...nextSteps(from, io.env.npm_config_user_agent),
    '',
    'Its README says which files make it speak the protocol of your service.',
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
}

async function answersOf({ given, yes }: CommandLine, folder: string | undefined, io: Io): Promise<Answers> {
  if (yes) return withDefaults(given, folder);
  if (io.stdin.isTTY && io.stdout.isTTY) return askQuestions(given, folder, io);
  const asked = { '--name': given.packageName, '--id': given.id, '--protocol': given.protocol };
  const missing = Object.entries({
    ...asked,
    '--base-url': given.baseURL,
    '--key or --no-key': given.needsKey,
  })
    .filter(([, answer]) => answer === undefined)
    .map(([flag]) => flag);
  if (missing.length === 0) return withDefaults(given, folder);
  throw new UnusableAnswerError(
    `there is no terminal to ask at: give ${missing.join(', ')}, or --yes for the defaults`,
  );
}
