export { type DiagnosticCode, type DiscoveryDiagnostic, DiscoveryError } from './diagnostic.ts';
export { type DiscoverOptions, type Discovery, discoverProviders } from './discover-providers.ts';
export type {
  AvailableProvider,
  BrokenProvider,
  DiscoveredProvider,
  InstalledPackage,
  LoadedProvider,
  ProviderOptions,
  RefusedProvider,
} from './discovered-provider.ts';
