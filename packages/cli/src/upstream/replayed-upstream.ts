import { createRegistry, type Registry, type RegistryConfig } from '@sluice/registry';
import {
  buildRegistryConfig,
  checkConfig,
  type Environment,
  type SluiceConfig,
} from '@sluice/registry/config';
import type { Io } from '../terminal/io.ts';
import { installedProviders } from './installed-providers.ts';
import { closeQuietly, type RecordedEngine } from './open-registry.ts';
import { sandboxConfig } from './sandbox-providers.ts';
import { memberOf, providerOf, type Upstream, type UpstreamSetup, upstreamAt } from './upstream.ts';

/** Stands where a credential was: nothing of a replay goes to the network. */
const noCredential = 'not-a-credential';

/**
 * The upstream of a recording, made again from what the recording tells of it. Its configuration comes from somebody else: it is
 * checked like any other, and nothing that it allows is loaded, only `@sluice/provider-*`.
 */
export async function openReplayedUpstream(
  setup: UpstreamSetup,
  only: string | undefined,
  engine: RecordedEngine,
  world: Pick<Io, 'cwd' | 'env'>,
): Promise<Upstream> {
  if (setup.kind === 'address') {
    const chosen = await providerOf(setup.provider, world.cwd, {});
    const key = setup.keyed ? { apiKey: noCredential } : {};
    return await upstreamAt(chosen, { baseURL: setup.baseURL, ...key }, engine);
  }
  const config =
    setup.kind === 'sandbox'
      ? sandboxConfig(setup.addresses)
      : await configured(checkConfig(setup.config, 'the configuration in the cassette'), world);
  const create = (): Registry => createRegistry({ ...engine, ...config });
  let registry = create();
  try {
    return {
      notices: [],
      setup,
      ...(only === undefined ? {} : { only: memberOf(only, registry) }),
      get registry() {
        return registry;
      },
      forgetFailures() {
        registry = create();
      },
      [Symbol.asyncDispose]: () => closeQuietly(registry),
    };
  } catch (error) {
    await registry.close();
    throw error;
  }
}

async function configured(config: SluiceConfig, { cwd }: Pick<Io, 'cwd'>): Promise<RegistryConfig> {
  const discovery = await installedProviders(cwd);
  return (await buildRegistryConfig(config, discovery, environmentFor(config))).registry;
}

/** A value for each variable that the configuration names; addresses have to be some, and none is ever called. */
function environmentFor({ providers }: SluiceConfig): Environment {
  const entries = Object.values(providers).flatMap(({ apiKeyEnv, keysEnv = [], optionsEnv = {} }) => [
    ...[apiKeyEnv ?? [], keysEnv].flat().map((name) => [name, noCredential] as const),
    ...Object.entries(optionsEnv).map(
      ([option, name]) =>
        [name, /url$/i.test(option) ? 'http://not-an-address.invalid' : noCredential] as const,
    ),
  ]);
  return Object.fromEntries(entries);
}
