import type { Registration, RegistryConfig } from '@sluice/registry';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import type { Io } from '../terminal/io.ts';
import { type BuiltInProvider, builtInProviders, findBuiltIn } from './built-in-providers.ts';

/** How the embedded sandbox behaves. */
export interface SandboxOptions {
  /** Tokens per second. Default 60, about as fast as a good upstream; 0: at once. */
  readonly sandboxRate?: number | undefined;
  /** Providers whose server in the sandbox resets every connection. */
  readonly sandboxDown?: readonly string[] | undefined;
}

const defaultRate = 60;

/** The route to all providers of the sandbox. */
const anyProvider = 'any';

/** The sandbox, and the registry of the providers whose upstreams it plays. */
export interface SandboxProviders {
  readonly sandbox: Sandbox;
  readonly config: RegistryConfig;
}

/**
 * Starts the embedded sandbox with a provider for each of its services. Throws a `UsageError` for one that it does not have.
 */
export async function startSandboxProviders(
  { sandboxDown = [], sandboxRate = defaultRate }: SandboxOptions,
  env: Io['env'],
): Promise<SandboxProviders> {
  const down = [...sandboxDown, env.SLUICE_SANDBOX_DOWN ?? ''].flatMap(listed).map(findBuiltIn);
  const sandbox = await createSandbox({ tokensPerSecond: sandboxRate });
  for (const { sandbox: played } of down) {
    sandbox.setFault({ service: played.service, phase: '*' }, 'reset-before-headers');
  }
  return { sandbox, config: sandboxConfig(addressesOf(sandbox)) };
}

/** Where the sandbox plays the server of each provider, by the provider's id. */
export type SandboxAddresses = { readonly [provider: string]: string };

export function addressesOf({ urls }: Sandbox): SandboxAddresses {
  return Object.fromEntries(
    builtInProviders.map(({ manifest, sandbox }) => [manifest.id, sandbox.url(urls)]),
  );
}

/** The registry of the providers whose servers are there. */
export function sandboxConfig(addresses: SandboxAddresses): RegistryConfig {
  const providers = builtInProviders.flatMap((provider) => {
    const baseURL = addresses[provider.manifest.id];
    return baseURL === undefined ? [] : [inSandbox(provider, baseURL)];
  });
  // Clients of the server must name a model: this is the name for whoever can answer.
  const routes = { [anyProvider]: providers.map(({ provider }) => provider.id) };
  return { ...oneAfterTheOther(providers), routes };
}

/** Every provider is worth one attempt, in the order in which they stand: what the command does where nothing is configured. */
export function oneAfterTheOther(providers: readonly Registration[]): RegistryConfig {
  const ids = providers.map(({ provider }) => provider.id);
  return { providers, default: ids, strategy: 'ordered', maxAttempts: ids.length };
}

function inSandbox({ manifest, create, sandbox: played }: BuiltInProvider, baseURL: string): Registration {
  return {
    provider: create({ baseURL }),
    manifest,
    ...(played.defaultModel === undefined
      ? {}
      : { defaultModel: played.defaultModel, models: [played.defaultModel] }),
  };
}

function listed(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}
