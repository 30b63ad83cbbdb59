import type { ChatProvider, ProviderManifest } from '@sluice/core';
import { createRegistry, type Registry } from '@sluice/registry';
import { loadConfig, type SluiceConfig } from '@sluice/registry/config';
import type { Io } from '../terminal/io.ts';
import { UsageError } from '../usage-error.ts';
import {
  builtInProviders,
  commonProvider,
  type ProviderAddress,
  unknownProvider,
} from './built-in-providers.ts';
import { installedProviders } from './installed-providers.ts';
import {
  closeQuietly,
  type OpenRegistryOptions,
  openRegistry,
  type RecordedEngine,
} from './open-registry.ts';
import { addressesOf, oneAfterTheOther, type SandboxAddresses } from './sandbox-providers.ts';

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
  /** How it was made, without credentials: from this it can be made again for a replay. */
  readonly setup: UpstreamSetup;
}

/** What an upstream was made of. */
export type UpstreamSetup =
  | { readonly kind: 'sandbox'; readonly addresses: SandboxAddresses }
  | { readonly kind: 'address'; readonly provider: string; readonly baseURL: string; readonly keyed: boolean }
  | { readonly kind: 'configuration'; readonly config: SluiceConfig };

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
      setup: opened.loaded
        ? { kind: 'configuration', config: opened.loaded.config }
        : { kind: 'sandbox', addresses: opened.sandbox ? addressesOf(opened.sandbox) : {} },
      get registry() {
        return registry;
      },
      forgetFailures() {
        registry = renewed();
      },
      [Symbol.asyncDispose]: opened[Symbol.asyncDispose],
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The provider of that id. Throws a `UsageError` where there is none. */
export function memberOf(id: string, { providers }: Registry): NonNullable<Upstream['only']> {
  const member = providers.find((each) => each.id === id);
  if (member) return { id, hasDefault: member.defaultModel !== undefined };
  throw unknownProvider(
    id,
    providers.map((each) => each.id),
  );
}

async function openAddress(
  baseURL: string,
  { provider: id = commonProvider, apiKeyEnv, engine }: UpstreamOptions,
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
  return await upstreamAt(chosen, { baseURL, ...(apiKey === undefined ? {} : { apiKey }) }, engine);
}

/** A provider that is made for one address. */
export interface AddressedProvider {
  readonly manifest: ProviderManifest;
  create(address: ProviderAddress): ChatProvider | Promise<ChatProvider>;
}

/** One that comes with the command, else one of the application's; throws a `UsageError` if that is not to be used. */
export async function providerOf(id: string, cwd: string, env: Io['env']): Promise<AddressedProvider> {
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

/** One provider at one address. */
export async function upstreamAt(
  { manifest, create: createProvider }: AddressedProvider,
  address: ProviderAddress,
  engine: RecordedEngine | undefined,
): Promise<Upstream> {
  // The manifest's models are those of the default address, and this is another: the provider decides.
  const provider = await createProvider(address);
  const create = (): Registry => createRegistry({ ...engine, ...oneAfterTheOther([{ provider }]) });
  let registry = create();
  return {
    only: { id: manifest.id, hasDefault: manifest.defaultModel !== undefined },
    notices: [],
    setup: {
      kind: 'address',
      provider: manifest.id,
      baseURL: address.baseURL,
      keyed: address.apiKey !== undefined,
    },
    get registry() {
      return registry;
    },
    // The providers stay, and with them what they have under way. What a registry alone has ends with its calls.
    forgetFailures() {
      registry = create();
    },
    [Symbol.asyncDispose]: () => closeQuietly(registry),
  };
}
