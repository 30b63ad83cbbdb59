import { UsageError } from '../usage-error.ts';

/** A provider that is to stand in the new configuration. */
export interface ChosenProvider {
  /** The name under which requests reach it. */
  readonly name: string;
  /** The provider's id. */
  readonly id: string;
  /** One line for the reader of the file. */
  readonly about: string;
  readonly baseURL?: string;
  readonly defaultModel?: string;
  /** The environment variable that holds its key. */
  readonly apiKeyEnv?: string;
}

/** What stands in the configuration where nothing was chosen, so that there is something to mend. */
export const exampleProvider: ChosenProvider = {
  name: 'local',
  id: 'openai-compatible',
  about: 'An example: Ollama at its usual address. Mend the address, and name a model that it has.',
  baseURL: 'http://127.0.0.1:11434/v1',
};

/** Why a text is no address of an upstream, if it is none. */
export function addressProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'it must be an address such as http://127.0.0.1:8000/v1';
  }
  return url.username === '' && url.password === '' ? undefined : 'it must not hold a password';
}

/** Why a text is not the name of an environment variable. Does not repeat it: some give the key itself. */
export function variableProblem(text: string): string | undefined {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
    ? undefined
    : 'it must be the name of an environment variable, such as EXAMPLE_API_KEY, and not the key itself';
}

/** A server that speaks OpenAI's protocol, named by its host. */
export function serverAt(
  baseURL: string,
  {
    defaultModel,
    apiKeyEnv,
  }: { readonly defaultModel?: string | undefined; readonly apiKeyEnv?: string | undefined } = {},
): ChosenProvider {
  return {
    name: nameOf(new URL(baseURL)),
    id: 'openai-compatible',
    about: 'Any server that speaks the OpenAI protocol.',
    baseURL,
    ...(defaultModel === undefined ? {} : { defaultModel }),
    ...(apiKeyEnv === undefined ? {} : { apiKeyEnv }),
  };
}

/** The same providers with a name of its own for each. */
export function withOwnNames(providers: readonly ChosenProvider[]): readonly ChosenProvider[] {
  const taken = new Set<string>();
  return providers.map((provider) => {
    let { name } = provider;
    for (let count = 2; taken.has(name); count += 1) name = `${provider.name}-${count}`;
    taken.add(name);
    return { ...provider, name };
  });
}

/** `api.example.com` as `example`; this machine, and addresses without a name, as `local`. */
function nameOf({ hostname }: URL): string {
  const labels = hostname.toLowerCase().split('.');
  const label = labels.length > 1 ? labels.at(-2) : labels[0];
  const name = (label ?? '').replace(/[^a-z0-9-]+/g, '').replace(/^-+/, '');
  return name === '' || name === 'localhost' || /^[\d.]+$|:/.test(hostname) ? 'local' : name;
}

/** Throws the `UsageError` that belongs to an option. */
export function refuse(option: string, problem: string | undefined): void {
  if (problem !== undefined) throw new UsageError(`${option}: ${problem}`);
}
