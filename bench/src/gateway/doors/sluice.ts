import type { ChatProvider } from '@sluice/core';
import type { Registry, RegistryConfig } from '@sluice/registry';
import type { Discovery } from '@sluice/registry/discovery';
import { oursFolder } from '../../install/folders.ts';
import { importFrom } from '../../install/import-from.ts';
import { model, type OpenDoor } from '../door.ts';

interface Listening {
  listen(address: { port: number; host: string }): Promise<string>;
}

interface GatewayModule {
  createGateway(config: { registry: Registry }): Listening;
  startGateway(options: object): Promise<{ readonly url: string }>;
}

interface RegistryModule {
  createRegistry(config: RegistryConfig): Registry;
}

interface ProviderModule {
  createOpenAICompatible(options: object): ChatProvider;
}

interface DiscoveryModule {
  discoverProviders(options: { from: string }): Promise<Discovery>;
}

const asked = { model: `bench:${model}` };

/** The door of a program: one provider, no log. */
export const sluice: OpenDoor = async (upstream) => {
  const { createGateway } = await importFrom<GatewayModule>(oursFolder, '@sluice/gateway');
  const { createRegistry } = await importFrom<RegistryModule>(oursFolder, '@sluice/registry');
  const { createOpenAICompatible } = await importFrom<ProviderModule>(
    oursFolder,
    '@sluice/provider-openai-compatible',
  );
  const provider = createOpenAICompatible({ id: 'bench', baseURL: upstream, models: [model] });
  const app = createGateway({ registry: createRegistry({ providers: [provider] }) });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { baseURL: `${url}/v1`, ...asked };
};

/** The same as `sluice serve` opens it: the provider found by its manifest, a line in the log for each request. */
export const sluiceServe: OpenDoor = async (upstream) => {
  const { startGateway } = await importFrom<GatewayModule>(oursFolder, '@sluice/gateway');
  const { createRegistry } = await importFrom<RegistryModule>(oursFolder, '@sluice/registry');
  const { discoverProviders } = await importFrom<DiscoveryModule>(oursFolder, '@sluice/registry/discovery');
  const { providers } = await discoverProviders({ from: oursFolder });
  const found = providers.find(({ packageName }) => packageName === '@sluice/provider-openai-compatible');
  if (!found) throw new Error('the provider was not discovered');
  const loaded = await found.load({ id: 'bench', baseURL: upstream, models: [model] });
  const gateway = await startGateway({
    load: () => ({ registry: createRegistry({ providers: [loaded] }) }),
    port: 0,
    // The lines are made and thrown away: what a disk or a terminal does with them is not ours.
    logger: { stream: { write: () => {} } },
  });
  return { baseURL: `${gateway.url}/v1`, ...asked };
};
