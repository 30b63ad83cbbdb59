import { closest } from '@sluice/core';
import type { AvailableProvider, DiscoveredProvider } from '../discovery/discovered-provider.ts';

/** The package that is meant, or why there is none. */
export type Installed = { readonly provider: AvailableProvider } | { readonly problem: string };

/** Finds the installed provider that a configuration names by its id or its package. */
export function findInstalled(use: string, providers: readonly DiscoveredProvider[]): Installed {
  const named = providers.filter(({ manifest, packageName }) => manifest?.id === use || packageName === use);
  const usable = named.find((provider): provider is AvailableProvider => provider.status === 'available');
  if (usable) return { provider: usable };
  for (const other of named) if (other.status !== 'available') return { problem: other.reason };
  return { problem: `no installed provider has the id ${use}; ${whatThereIs(use, providers)}` };
}

function whatThereIs(use: string, providers: readonly DiscoveredProvider[]): string {
  const ids = [...new Set(providers.flatMap(({ manifest }) => manifest?.id ?? []))];
  const near = closest(use, [...ids, ...providers.map(({ packageName }) => packageName)]);
  if (near !== undefined) return `did you mean ${near}?`;
  const broken = providers.flatMap((each) => (each.status === 'broken' && !each.manifest ? each.reason : []));
  return [
    ids.length === 0
      ? 'none is installed: add its package to the dependencies'
      : `installed are ${ids.join(', ')}`,
    ...broken,
  ].join('; ');
}
