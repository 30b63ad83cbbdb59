import { join } from 'node:path';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { EndSignal } from '../terminal/io.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { checkProviderFlags, chooseProviders, type ProviderFlags } from './choose-providers.ts';
import { type ChosenProvider, exampleProvider, withOwnNames } from './chosen-provider.ts';
import { type ConfigFormat, configText } from './config-text.ts';
import { describeFound, type FoundServer, findLocalServers } from './local-servers.ts';
import { nextSteps } from './next-steps.ts';
import { configFile, examineFolder, type ProjectFolder, usualFormat } from './project-folder.ts';
import { Cancelled, type Questions, questionsAt } from './questions.ts';
import { writeConfig } from './write-config.ts';

/** What the command line says. */
export interface InitFlags extends ProviderFlags {
  /** Asks nothing. */
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly format?: ConfigFormat;
}

/** How servers of this machine are found. */
export type FindLocal = (signal: AbortSignal) => Promise<readonly FoundServer[]>;

/**
 * Writes a configuration into the working folder: by what the flags say, and for the rest by asking. Returns the exit code.
 * Cancelled at any question, it has written nothing. Throws a `UsageError`.
 */
export async function initConfig(
  flags: InitFlags,
  terminal: Terminal,
  find: FindLocal = (signal) => findLocalServers(undefined, { signal }),
): Promise<number> {
  const { io, note } = terminal;
  if (!flags.yes && !(io.stdin.isTTY && io.stdout.isTTY)) {
    throw new UsageError(
      'init asks questions, and this is no terminal: add --yes, and say by options what you want (see sluice init --help)',
    );
  }
  checkProviderFlags(flags);
  const project = examineFolder(io.cwd);
  // What cannot be written is told before anything is asked.
  configFile(project, flags.format ?? usualFormat(project), flags.force ?? false);

  const cancel = new AbortController();
  let signalled: EndSignal | undefined;
  const stopListening = io.onSignal((signal) => {
    signalled = signal;
    cancel.abort();
  });
  const stopWatching = flags.yes ? () => {} : onEndOfInput(terminal, () => cancel.abort());
  try {
    const questions = flags.yes ? undefined : await questionsAt(io, cancel.signal);
    const findLocal = (): Promise<readonly FoundServer[]> => tellFound(() => find(cancel.signal), terminal);
    const chosen = await chooseProviders(flags, { findLocal, ...(questions ? { questions } : {}) });
    const format = await chooseFormat(flags, project, questions);
    if (cancel.signal.aborted) throw new Cancelled();
    const providers = withOwnNames(chosen.length > 0 ? chosen : [exampleProvider]);
    const name = configFile(project, format, flags.force ?? false);
    await writeConfig(join(io.cwd, name), configText(providers, format), flags.force ?? false);
    await tellNext(name, providers, project, terminal);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    await note('cancelled: nothing was written');
    return exitCodeOf[signalled ?? 'SIGINT'];
  } finally {
    stopWatching();
    stopListening();
  }
}

async function chooseFormat(
  { format }: InitFlags,
  project: ProjectFolder,
  questions: Questions | undefined,
): Promise<ConfigFormat> {
  const usual = usualFormat(project);
  if (format !== undefined || !questions) return format ?? usual;
  const choices = [
    { value: 'ts', label: 'TypeScript', hint: 'checked by the editor' },
    { value: 'js', label: 'JavaScript', hint: 'with comments' },
    { value: 'json', label: 'JSON', hint: 'checked by its schema' },
  ] as const;
  const possible = choices.filter(({ value }) => value !== 'ts' || project.moduleType !== 'commonjs');
  return await questions.one<ConfigFormat>('In which language?', possible, usual);
}

async function tellFound(
  find: () => Promise<readonly FoundServer[]>,
  { note, spinner }: Terminal,
): Promise<readonly FoundServer[]> {
  spinner.start('looking for servers on this machine');
  const found = await find().finally(() => spinner.stop());
  for (const server of found) await note(`found ${describeFound(server)}`);
  if (found.length === 0) {
    await note(
      'found no Ollama (port 11434), LM Studio (1234), llama.cpp (8080) or vLLM (8000) on this machine',
    );
  }
  return found;
}

async function tellNext(
  name: string,
  providers: readonly ChosenProvider[],
  project: ProjectFolder,
  { io, out, outColours }: Terminal,
): Promise<void> {
  await out.write(`${outColours.green(name)} is written. Next:\n`);
  // As a shell takes it, comments and all.
  for (const { command, what } of nextSteps(providers, project, io.env)) {
    await out.write(`  ${outColours.bold(command)}  ${outColours.dim(`# ${what}`)}\n`);
  }
}

/** Ctrl-D and a terminal that is gone end the questions; the library waits on. */
function onEndOfInput({ io: { stdin } }: Terminal, end: () => void): () => void {
  const onKey = (_text: unknown, key: { readonly name?: string; readonly ctrl?: boolean } = {}): void => {
    if (key.ctrl && key.name === 'd') end();
  };
  stdin.on('keypress', onKey).on('end', end);
  return () => void stdin.off('keypress', onKey).off('end', end);
}
