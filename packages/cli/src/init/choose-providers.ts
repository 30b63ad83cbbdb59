import type { ProviderManifest } from '@sluice/core';
import { builtInProviders, commonProvider, findBuiltIn } from '../upstream/built-in-providers.ts';
import { UsageError } from '../usage-error.ts';
import { addressProblem, type ChosenProvider, refuse, serverAt, variableProblem } from './chosen-provider.ts';
import { chosenServer, describeFound, type FoundServer } from './local-servers.ts';
import type { Questions } from './questions.ts';

/** What the command line says about the providers. */
export interface ProviderFlags {
  readonly findLocal?: boolean | undefined;
  readonly baseUrl?: string | undefined;
  readonly apiKeyEnv?: string | undefined;
  readonly model?: string | undefined;
  /** Ids of providers. */
  readonly provider?: readonly string[] | undefined;
}

/** What a choice needs from the world. */
export interface ChoosingWorld {
  /** Looks for servers on this machine, and says what it found. */
  findLocal(): Promise<readonly FoundServer[]>;
  /** Missing where nobody is to be asked. */
  readonly questions?: Questions;
}

/** Throws a `UsageError` for flags that cannot be. Done before anything is asked. */
export function checkProviderFlags({ baseUrl, apiKeyEnv, model, provider = [] }: ProviderFlags): void {
  if (baseUrl !== undefined) refuse('--base-url', addressProblem(baseUrl));
  if (apiKeyEnv !== undefined) refuse('--api-key-env', variableProblem(apiKeyEnv));
  const ids = provider.map((id) => findBuiltIn(id).manifest.id);
  if (baseUrl !== undefined && ids.length > 1) {
    throw new UsageError('--base-url is the address of one provider, and --provider names several');
  }
  if (baseUrl === undefined && ids.includes(commonProvider)) {
    throw new UsageError(`${commonProvider} has no address of its own: add --base-url`);
  }
  if (baseUrl === undefined && (apiKeyEnv !== undefined || model !== undefined)) {
    throw new UsageError('--api-key-env and --model belong to a server: add --base-url');
  }
  const [only = commonProvider] = ids;
  if (apiKeyEnv !== undefined && !takesKey(findBuiltIn(only).manifest)) {
    throw new UsageError(`${only} takes no key: leave --api-key-env out`);
  }
}

/** The providers that the flags and the answers name, in the order of preference: what is on this machine first. */
export async function chooseProviders(
  flags: ProviderFlags,
  { findLocal, questions }: ChoosingWorld,
): Promise<readonly ChosenProvider[]> {
  const local = await chooseLocal(flags, { findLocal, ...(questions ? { questions } : {}) });
  if (flags.baseUrl !== undefined || flags.provider !== undefined || !questions) {
    return [...local, ...fromFlags(flags)];
  }
  return [...local, ...(await askForServer(questions)), ...(await askForOthers(questions))];
}

async function chooseLocal(
  flags: ProviderFlags,
  { findLocal, questions }: ChoosingWorld,
): Promise<readonly ChosenProvider[]> {
  const isWanted =
    flags.findLocal ??
    (await questions?.yes('Look for model servers on this machine (Ollama, LM Studio, llama.cpp, vLLM)?'));
  if (!isWanted) return [];
  const found = await findLocal();
  if (!questions || found.length === 0) return found.map(chosenServer);
  const names = await questions.some(
    'Which of them?',
    found.map((server) => ({ value: server.name, label: describeFound(server) })),
    found.map(({ name }) => name),
  );
  return found.filter(({ name }) => names.includes(name)).map(chosenServer);
}

function fromFlags({ baseUrl, apiKeyEnv, model, provider = [] }: ProviderFlags): readonly ChosenProvider[] {
  const server = { defaultModel: model, apiKeyEnv };
  if (baseUrl === undefined) return provider.map((id) => otherProvider(findBuiltIn(id).manifest));
  const [id = commonProvider] = provider;
  if (id === commonProvider) return [serverAt(baseUrl, server)];
  return [{ ...serverAt(baseUrl, server), ...otherProvider(findBuiltIn(id).manifest, baseUrl) }];
}

async function askForServer(questions: Questions): Promise<readonly ChosenProvider[]> {
  const baseURL = await questions.text(
    'Address of an OpenAI-compatible server? (Enter: none)',
    'https://api.example.com/v1',
    addressProblem,
  );
  if (baseURL === undefined) return [];
  const apiKeyEnv = await questions.text(
    'Environment variable that holds its key? (Enter: it needs none)',
    'EXAMPLE_API_KEY',
    variableProblem,
  );
  const defaultModel = await questions.text(
    'Its model for requests that name none? (Enter: none)',
    'llama3:8b',
    () => undefined,
  );
  return [serverAt(baseURL, { apiKeyEnv, defaultModel })];
}

async function askForOthers(questions: Questions): Promise<readonly ChosenProvider[]> {
  const others = builtInProviders
    .map(({ manifest }) => manifest)
    .filter((manifest) => manifest.id !== commonProvider);
  const ids = await questions.some(
    'Other services?',
    others.map((manifest) => ({ value: manifest.id, label: manifest.title, hint: stateOf(manifest) })),
    [],
  );
  const chosen: ChosenProvider[] = [];
  for (const manifest of others.filter(({ id }) => ids.includes(id))) {
    const usual = defaultAddress(manifest);
    const address = await questions.text(
      `Address of ${manifest.title}? (Enter: ${usual})`,
      usual ?? '',
      addressProblem,
    );
    chosen.push(otherProvider(manifest, address));
  }
  return chosen;
}

function otherProvider(manifest: ProviderManifest, baseURL?: string): ChosenProvider {
  const state = baseURL === undefined ? `: ${stateOf(manifest)}` : '';
  const about = `${manifest.title}${state}.`;
  return { name: manifest.id, id: manifest.id, about, ...(baseURL === undefined ? {} : { baseURL }) };
}

function stateOf({ working }: ProviderManifest): string {
  return working ? 'its own address answers' : 'its own address does not answer today, servers like it do';
}

interface OptionsSchema {
  readonly properties?: { readonly baseURL?: { readonly default?: string }; readonly apiKey?: object };
}

function defaultAddress({ options }: ProviderManifest): string | undefined {
  return (options as OptionsSchema | undefined)?.properties?.baseURL?.default;
}

function takesKey({ options }: ProviderManifest): boolean {
  return (options as OptionsSchema | undefined)?.properties?.apiKey !== undefined;
}
