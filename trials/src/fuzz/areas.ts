import { openCassettes } from './cassettes/cassettes.ts';
import { openConfiguration } from './configuration/configuration.ts';
import { openDecoders } from './decoders/decoders.ts';
import type { OpenArea } from './fuzz-property.ts';
import { openGatewayArea } from './gateway/gateway.ts';
import { openRegistryArea } from './registry/registry.ts';

/** What is fuzzed, by the names that `--only` takes. */
export const areas: { readonly [name: string]: () => Promise<OpenArea> } = {
  decoders: openDecoders,
  configuration: openConfiguration,
  gateway: openGatewayArea,
  registry: openRegistryArea,
  cassettes: openCassettes,
};
