import type { ChatProvider, ProviderManifest } from '@sluice/core';
import { createRegistry, type Registration, type Registry } from '@sluice/registry';
import { loadConfig } from '@sluice/registry/config';
import type { Io } from '../terminal/io.ts';
import { UsageError } from '../usage-error.ts';
import {
  builtInProviders,
  commonProvider,
  type ProviderAddress,
  unknownProvider,
} from './built-in-providers.ts';
import { installedProviders } from './installed-providers.ts';
import { type OpenRegistryOptions, openRegistry } from './open-registry.ts';
import { oneAfterTheOther } from './sandbox-providers.ts';

/** Which upstream a command is to talk to. */
export interface UpstreamOptions extends OpenRegistryOptions {
  readonly provider?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** The name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string | undefined;
}

/** What a command talks to. */
export interface Upstream extends AsyncDisposable {
  readonly registry: Registry;
  /** Makes `registry` a new one, to which no target has failed yet. */
  forgetFailures(): void;
  /** The one provider that was chosen, if one was, and whether it has a model of its own where none is named. */
  readonly only?: { readonly id: string; readonly hasDefault: boolean };
  /** What the user has to know before an answer is shown, a line each. */
  readonly notices: readonly string[];
}

/**
 * Finds the upstream that the options mean: an address, else what is configured, else the embedded sandbox. Throws a
 * `UsageError`, or a `ConfigError` for a configuration that is wrong.
 */
export async function openUpstream(
  options: UpstreamOptions,
  world: Pick<Io, 'cwd' | 'env'>,
): Promise<Upstream> {
  if (options.baseUrl !== undefined) return await openAddress(options.baseUrl, options, world);
  if (options.apiKeyEnv !== undefined) {
    throw new UsageError('--api-key-env needs an upstream to send the key to: add --base-url');
  }
  return await openConfigured(options, world);
}

async function openConfigured(options: UpstreamOptions, world: Pick<Io, 'cwd' | 'env'>): Promise<Upstream> {
  const opened = await openRegistry(options, world);
  const { renewed, diagnostics, notice } = opened;
  try {
    const only = options.provider === undefined ? undefined : memberOf(options.provider, opened.registry);
    let { registry } = opened;
    return {
      notices: [...(notice === undefined ? [] : [notice]), ...diagnostics.map(({ message }) => message)],
      ...(only === undefined ? {} : { only }),
      get registry() {
        return registry;
      },
      forgetFailures() {
        registry = renewed();
      },
      [Symbol.asyncDispose]: opened.close,
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function memberOf(id: string, { providers }: Registry): NonNullable<Upstream['only']> {
  const member = providers.find((each) => each.id === id);
  if (member) return { id, hasDefault: member.defaultModel !== undefined };
  throw unknownProvider(
    id,
    providers.map((each) => each.id),
  );
}

async function openAddress(
  baseURL: string,
  { provider: id = commonProvider, apiKeyEnv }: UpstreamOptions,
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
): Promise<Upstream> {
  const chosen = await providerOf(id, cwd, env);
  const url = URL.parse(baseURL);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError('--base-url must be an address such as http://127.0.0.1:11434/v1');
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--base-url must not hold a password: it would show in messages');
  }
  const apiKey = apiKeyEnv === undefined ? undefined : keyFrom(apiKeyEnv, chosen.manifest, env);
  const address = { baseURL, ...(apiKey === undefined ? {} : { apiKey }) };
  // The manifest's models are those of the default address, and this is another: the provider decides.
  return upstreamAt(
    { provider: await chosen.create(address) },
    { id, hasDefault: chosen.manifest.defaultModel !== undefined },
  );
}

/** A provider that is made for one address. */
interface AddressedProvider {
  readonly manifest: ProviderManifest;
  create(address: ProviderAddress): ChatProvider | Promise<ChatProvider>;
}

/** One that comes with the command, else one of the application's; throws a `UsageError` if that is not to be used. */
async function providerOf(id: string, cwd: string, env: Io['env']): Promise<AddressedProvider> {
  const builtIn = builtInProviders.find(({ manifest }) => manifest.id === id);
  if (builtIn) return builtIn;
  const loaded = await loadConfig({ cwd, env });
  const { providers } = await installedProviders(loaded?.directory ?? cwd, loaded?.config.allow);
  const found = providers.find(({ manifest }) => manifest?.id === id);
  if (!found) {
    throw unknownProvider(
      id,
      providers.flatMap(({ manifest }) => manifest?.id ?? []),
    );
  }
  if (found.status !== 'available') throw new UsageError(found.reason);
  return {
    manifest: found.manifest,
    create: async (address) => (await found.load({ ...address })).provider,
  };
}

function keyFrom(name: string, { id, options }: ProviderManifest, env: Io['env']): string {
  const { properties } = (options ?? {}) as { readonly properties?: object };
  if (!Object.hasOwn(properties ?? {}, 'apiKey')) {
    throw new UsageError(`${id} takes no key: leave --api-key-env out`);
  }
  const key = env[name]?.trim();
  // Never the name: some take the option for the key itself, and a key must not be printed.
  if (!key) {
    throw new UsageError(
      '--api-key-env names an environment variable that is empty or not set; the key itself is never an argument',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError(
      'the key that --api-key-env names has a space, a line break or a letter that a key cannot have',
    );
  }
  return key;
}

function upstreamAt(registration: Registration, only: NonNullable<Upstream['only']>): Upstream {
  const create = (): Registry => createRegistry(oneAfterTheOther([registration]));
  let registry = create();
  return {
    only,
    notices: [],
    get registry() {
      return registry;
    },
    // The providers stay, and with them what they have under way. What a registry alone has ends with its calls.
    forgetFailures() {
      registry = create();
    },
    [Symbol.asyncDispose]: () => registry.close(),
  };
}
