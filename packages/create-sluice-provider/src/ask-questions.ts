import { CANCEL_SYMBOL, cancel, confirm, intro, outro, select, text } from '@clack/prompts';
import { type Answers, defaults, type Protocol, protocols } from './answers.ts';
import { checks, problemLine } from './check-answers.ts';
import type { Io } from './io.ts';

/** The person at the terminal does not want to go on. */
export class CancelledError extends Error {
  override readonly name: string = 'CancelledError';
}

/** The answers that are there already: from the command line. */
export type Given = Partial<Answers>;

/**
 * Asks at a terminal for what is not given. A name that cannot be used gets its reason and a suggestion, and is asked for again.
 * Throws a `CancelledError` for Ctrl-C, Ctrl-D and Escape.
 *
 * @param folder the folder that was named, for the package's name
 */
export async function askQuestions(given: Given, folder: string | undefined, io: Io): Promise<Answers> {
  const ended = new AbortController();
  const onKey = (_text: unknown, key: { readonly ctrl?: boolean; readonly name?: string }): void => {
    if (key.ctrl && key.name === 'd') ended.abort();
  };
  // The library ends its reading at Ctrl-D and leaves the question open.
  io.stdin.on('keypress', onKey);
  try {
    return await ask(given, folder, io, ended.signal);
  } finally {
    io.stdin.off('keypress', onKey);
  }
}

async function ask(given: Given, folder: string | undefined, io: Io, signal: AbortSignal): Promise<Answers> {
  const streams = { input: io.stdin, output: io.stdout, signal };
  const askText = async (
    key: 'packageName' | 'id' | 'baseURL',
    message: string,
    initial: string,
  ): Promise<string> => {
    const validate = (value: string | undefined): string | undefined => {
      const problem = checks[key](value || initial);
      return problem && problemLine(problem);
    };
    const asked = text({ ...streams, message, placeholder: initial, defaultValue: initial, validate });
    return answered(await asked, io);
  };

  intro('A Sluice provider of your own', streams);
  const packageName =
    given.packageName ?? (await askText('packageName', 'Name of the package?', defaults.packageName(folder)));
  const id =
    given.id ??
    (await askText('id', 'Id of the provider, for names such as weather:small?', defaults.id(packageName)));
  const protocol =
    given.protocol ??
    answered(
      await select<Protocol>({
        ...streams,
        message: 'How does the service answer?',
        initialValue: defaults.protocol,
        options: (Object.keys(protocols) as Protocol[]).map((value) => ({
          value,
          label: `${value}: ${protocols[value]}`,
        })),
      }),
      io,
    );
  const baseURL = given.baseURL ?? (await askText('baseURL', 'Address of its API?', defaults.baseURL));
  const needsKey =
    given.needsKey ??
    answered(
      await confirm({
        ...streams,
        message: 'Does it need a key?',
        initialValue: defaults.needsKey(baseURL),
      }),
      io,
    );
  outro('That is all.', streams);
  return { packageName, id, title: given.title ?? defaults.title(id), protocol, baseURL, needsKey };
}

/** Ctrl-C is an answer, too. */
function answered<Value>(value: Value | typeof CANCEL_SYMBOL, { stdout }: Io): Value {
  if (value !== CANCEL_SYMBOL) return value;
  cancel('Nothing was written.', { output: stdout });
  throw new CancelledError('cancelled');
}

/** The answers without a person: what is given, and the defaults. */
export function withDefaults(given: Given, folder: string | undefined): Answers {
  const packageName = given.packageName ?? defaults.packageName(folder);
  const id = given.id ?? defaults.id(packageName);
  const baseURL = given.baseURL ?? defaults.baseURL;
  return {
    packageName,
    id,
    title: given.title ?? defaults.title(id),
    protocol: given.protocol ?? defaults.protocol,
    baseURL,
    needsKey: given.needsKey ?? defaults.needsKey(baseURL),
  };
}
