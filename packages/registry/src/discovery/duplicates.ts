import type { DiscoveryDiagnostic } from './diagnostic.ts';
import type { AvailableProvider, DiscoveredProvider } from './discovered-provider.ts';
import { brokenProvider } from './unusable-provider.ts';

/**
 * Two trusted packages with one id: choosing one silently would be worse than none, so neither can be used until one is gone.
 * A package that is not trusted takes nothing from one that is.
 */
export function breakDuplicates(providers: readonly DiscoveredProvider[]): {
  readonly providers: readonly DiscoveredProvider[];
  readonly diagnostics: readonly DiscoveryDiagnostic[];
} {
  const byId = Map.groupBy(providers.filter(isAvailable), ({ manifest }) => manifest.id);
  const diagnostics = new Map<string, DiscoveryDiagnostic>();
  for (const [id, group] of byId) if (group.length > 1) diagnostics.set(id, duplicate(id, group));
  return {
    providers: providers.map((provider) => {
      const diagnostic = isAvailable(provider) ? diagnostics.get(provider.manifest.id) : undefined;
      if (!diagnostic) return provider;
      const { packageName, version, directory, manifest } = provider;
      return brokenProvider({ packageName, version, directory }, diagnostic, manifest);
    }),
    diagnostics: [...diagnostics.values()],
  };
}

function isAvailable(provider: DiscoveredProvider): provider is AvailableProvider {
  return provider.status === 'available';
}

function duplicate(id: string, group: readonly AvailableProvider[]): DiscoveryDiagnostic {
  const names = group.map(({ packageName, directory }) => `${packageName} (${directory})`);
  const [first, ...others] = names;
  const message = `the provider id ${id} belongs to two packages, ${first} and ${others.join(', ')}, so neither is used; remove one of them`;
  return { severity: 'error', code: 'duplicate-id', path: group[0]?.directory ?? '', message };
}
