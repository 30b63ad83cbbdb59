import type { ProviderManifest } from '@sluice/core';
import { type DiscoveryDiagnostic, DiscoveryError } from './diagnostic.ts';
import type { BrokenProvider, InstalledPackage, RefusedProvider } from './discovered-provider.ts';

/** What is known of a package before it is judged. */
export type PackageFacts = Omit<InstalledPackage, 'load'>;

/** A provider that can't be used as it is installed; `load` says why. */
export function brokenProvider(
  facts: PackageFacts,
  diagnostic: DiscoveryDiagnostic,
  manifest?: ProviderManifest,
): BrokenProvider {
  return {
    ...facts,
    status: 'broken',
    reason: diagnostic.message,
    ...(manifest === undefined ? {} : { manifest }),
    load: rejectingWith(diagnostic),
  };
}

/** A provider that nobody has allowed; `load` says how to. */
export function refusedProvider(facts: PackageFacts, manifest: ProviderManifest): RefusedProvider {
  const { packageName, directory: path } = facts;
  const reason = `${packageName} is installed, but not trusted, so its code is not loaded; to use it, name it: allow: [${JSON.stringify(packageName)}]`;
  const load = rejectingWith({ severity: 'error', code: 'not-allowed', packageName, path, message: reason });
  return { ...facts, status: 'refused', manifest, reason, load };
}

function rejectingWith(diagnostic: DiscoveryDiagnostic): InstalledPackage['load'] {
  return () => Promise.reject(new DiscoveryError(diagnostic));
}
