import type { ChatProvider, JsonSchema } from '@sluice/core';
import { checkOptions } from '../discovery/check-options.ts';
import { type DiscoveryDiagnostic, DiscoveryError } from '../discovery/diagnostic.ts';
import type {
  AvailableProvider,
  DiscoveredProvider,
  ProviderOptions,
} from '../discovery/discovered-provider.ts';
import { isJsonObject } from '../discovery/read-package-json.ts';
import type { LimitsConfig } from '../limits/target-limits.ts';
import type { NamedCredential, Registration } from '../registration.ts';
import { absentProvider } from './absent-provider.ts';
import type { ConfigProblem } from './config-error.ts';
import { type Environment, type EnvironmentKey, environmentOptions } from './environment-options.ts';
import { findInstalled } from './find-installed.ts';
import { namedProvider } from './named-provider.ts';
import type { ProviderConfig } from './sluice-config.ts';

/** What became of one provider of a configuration: a registration, or the mistakes that prevent it. */
export interface BuiltProvider {
  readonly registration?: Registration;
  readonly problems: readonly ConfigProblem[];
  /** The package failed, not the configuration; the registration then only stands in for it. */
  readonly diagnostic?: DiscoveryDiagnostic;
}

/**
 * Makes the registration of one configured provider. Mistakes of the configuration are problems; a package whose code fails is
 * a diagnostic and becomes a provider that is switched off, so that the others still serve.
 */
export async function buildProvider(
  name: string,
  entry: ProviderConfig,
  limits: LimitsConfig | undefined,
  installed: readonly DiscoveredProvider[],
  env: Environment,
): Promise<BuiltProvider> {
  const use = entry.use ?? name;
  const found = findInstalled(use, installed);
  if (entry.disabled !== undefined && entry.disabled !== false) {
    const reason =
      typeof entry.disabled === 'string' ? entry.disabled : 'it is disabled in the configuration';
    const available = 'provider' in found ? found.provider : undefined;
    return { registration: standIn(name, entry, limits, reason, available), problems: [] };
  }
  if ('problem' in found) {
    const path = ['providers', name, ...(entry.use === undefined ? [] : ['use'])];
    return { problems: [{ path, message: found.problem }] };
  }
  const { provider } = found;
  const { keys, options, problems } = environmentOptions(name, entry, env);
  const wrong = [
    ...problems,
    ...keyProblems(name, entry, provider),
    ...idProblems(name, entry),
    ...(await optionProblems(name, provider, options, problems.length > 0 ? [] : keys)),
  ];
  if (wrong.length > 0) return { problems: wrong };
  try {
    const made = await makeProviders(name, provider, options, keys);
    return { registration: registrationOf(entry, limits, provider, options, made), problems: [] };
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error;
    const { diagnostic } = error;
    return {
      registration: standIn(name, entry, limits, diagnostic.message, provider),
      problems: [],
      diagnostic,
    };
  }
}

/** One instance without a key, or one with each. Those made are closed again if one fails. */
async function makeProviders(
  name: string,
  from: AvailableProvider,
  options: ProviderOptions,
  keys: readonly EnvironmentKey[],
): Promise<readonly NamedCredential[]> {
  const own = takesId(from) ? { ...options, id: name } : options;
  const variants = keys.length === 0 ? [{ name: 'default', value: undefined }] : keys;
  const made: NamedCredential[] = [];
  try {
    for (const { name: keyName, value } of variants) {
      const { provider } = await from.load(value === undefined ? own : { ...own, apiKey: value });
      made.push({ name: keyName, provider: provider.id === name ? provider : namedProvider(provider, name) });
    }
    return made;
  } catch (error) {
    await Promise.allSettled(made.map(({ provider }) => provider.close()));
    throw error;
  }
}

function registrationOf(
  entry: ProviderConfig,
  limits: LimitsConfig | undefined,
  { manifest }: AvailableProvider,
  options: ProviderOptions,
  made: readonly NamedCredential[],
): Registration {
  const [{ provider }] = made as [NamedCredential];
  return {
    ...namesOf(entry, options),
    ...settingsOf(entry, limits),
    provider,
    manifest,
    ...(made.length > 1 ? { credentials: made } : {}),
  };
}

function standIn(
  name: string,
  entry: ProviderConfig,
  limits: LimitsConfig | undefined,
  reason: string,
  from: AvailableProvider | undefined,
): Registration {
  return {
    ...namesOf(entry, entry.options ?? {}),
    ...settingsOf(entry, limits),
    disabled: reason,
    provider: absentProvider(name, reason, from?.manifest.capabilities),
    ...(from === undefined ? {} : { manifest: from.manifest }),
  };
}

/** What the provider was told of its models need not be said twice: the options have the names that our providers use. */
function namesOf(
  { models, aliases, defaultModel }: ProviderConfig,
  options: ProviderOptions,
): Pick<Registration, 'models' | 'aliases' | 'defaultModel'> {
  const listed = Array.isArray(options.models) && options.models.every((id) => typeof id === 'string');
  const ids = models ?? (listed ? (options.models as readonly string[]) : undefined);
  const first = defaultModel ?? (typeof options.defaultModel === 'string' ? options.defaultModel : undefined);
  return {
    ...(ids === undefined ? {} : { models: ids }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(first === undefined ? {} : { defaultModel: first }),
  };
}

function settingsOf(
  { weight, cost, limits, modelSettings }: ProviderConfig,
  common: LimitsConfig | undefined,
): Pick<Registration, 'weight' | 'cost' | 'limits' | 'modelSettings'> {
  const own = limits ?? common;
  return {
    ...(weight === undefined ? {} : { weight }),
    ...(cost === undefined ? {} : { cost }),
    ...(own === undefined ? {} : { limits: own }),
    ...(modelSettings === undefined ? {} : { modelSettings }),
  };
}

/** A provider without an option for a key has no use for one. */
function keyProblems(name: string, entry: ProviderConfig, { manifest }: AvailableProvider): ConfigProblem[] {
  const field =
    entry.apiKeyEnv !== undefined ? 'apiKeyEnv' : entry.keysEnv !== undefined ? 'keysEnv' : undefined;
  if (field === undefined || knows(manifest.options, 'apiKey')) return [];
  const message = `the provider ${manifest.id} has no option apiKey; leave it out, or name the option in optionsEnv`;
  return [{ path: ['providers', name, field], message }];
}

function idProblems(name: string, { options = {} }: ProviderConfig): ConfigProblem[] {
  if (options.id === undefined || options.id === name) return [];
  const message = `leave it out: the provider's id is its name here, ${name}`;
  return [{ path: ['providers', name, 'options', 'id'], message }];
}

async function optionProblems(
  name: string,
  { manifest }: AvailableProvider,
  options: ProviderOptions,
  [key]: readonly EnvironmentKey[],
): Promise<ConfigProblem[]> {
  if (manifest.options === undefined) return [];
  const complete = key && knows(manifest.options, 'apiKey') ? { ...options, apiKey: key.value } : options;
  // A schema that is itself wrong is the package's failure, which loading it will tell.
  const problems = await checkOptions(manifest.options, complete).catch(() => []);
  return problems.map(({ path, message }) => ({ path: ['providers', name, 'options', ...path], message }));
}

function takesId({ manifest }: AvailableProvider): boolean {
  const { properties } = manifest.options ?? {};
  return isJsonObject(properties) && Object.hasOwn(properties, 'id');
}

/** Whether an option may be given: it is described, or nothing says that only described ones may. */
function knows(schema: JsonSchema | undefined, option: string): boolean {
  if (schema?.additionalProperties !== false) return true;
  return isJsonObject(schema.properties) && Object.hasOwn(schema.properties, option);
}

/** Ends what was made for nothing. */
export async function closeAll(built: readonly BuiltProvider[]): Promise<void> {
  const providers = built.flatMap(({ registration }): readonly ChatProvider[] =>
    registration === undefined
      ? []
      : (registration.credentials?.map(({ provider }) => provider) ?? [registration.provider]),
  );
  await Promise.allSettled(providers.map((provider) => provider.close()));
}
