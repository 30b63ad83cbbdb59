import { closest } from '@sluice/core';
import { type Application, findApplication } from './application.ts';
import type { DiscoveryDiagnostic } from './diagnostic.ts';
import type { DiscoveredProvider } from './discovered-provider.ts';
import { breakDuplicates } from './duplicates.ts';
import { examineDependency } from './examine-dependency.ts';
import { type Trust, trustOf } from './trust.ts';

/** Where to look, and whom to trust. */
export interface DiscoverOptions {
  /** A file or folder of the application, as a path or a file URL: `import.meta.url`, `process.cwd()`. */
  readonly from: string | URL;
  /**
   * Packages whose code may be loaded beside `@sluice/provider-*`: names as in the application's package.json, or names of one
   * scope (`@acme/*`, `@acme/provider-*`). Default: none.
   */
  readonly allow?: readonly string[] | undefined;
  /** Look at `devDependencies`, too. Default `false`: what is not installed in production is no surprise there. */
  readonly dev?: boolean | undefined;
}

/** The providers of an application. */
export interface Discovery {
  /** Absolute path of the application's package.json; missing if there is none. */
  readonly application?: string;
  /** In the order of package.json: `dependencies`, then `optionalDependencies`, then `devDependencies`. */
  readonly providers: readonly DiscoveredProvider[];
  /** What is to be mended. Packages that are only not trusted are no mistake: they stand in `providers` with the reason. */
  readonly diagnostics: readonly DiscoveryDiagnostic[];
}

/**
 * Finds the providers among an application's direct dependencies by the manifests in their package.json. Nothing is imported,
 * called or downloaded: that begins with a provider's `load()`. A package that is broken is a diagnostic and harms no other.
 *
 * Throws a `TypeError` for an `allow` that names no packages.
 *
 * @example
 * const { providers, diagnostics } = await discoverProviders({ from: import.meta.url, allow: ['sluice-provider-echo'] });
 * for (const { message } of diagnostics) console.error(message);
 * const usable = providers.filter(({ status }) => status === 'available');
 * const registry = createRegistry({ providers: await Promise.all(usable.map((provider) => provider.load())) });
 */
export async function discoverProviders(options: DiscoverOptions): Promise<Discovery> {
  const trust = trustOf(options.allow);
  const application = await findApplication(options.from, options.dev ?? false);
  if ('problem' in application) {
    const { problem: message, path } = application;
    return { providers: [], diagnostics: [{ severity: 'error', code: 'no-application', path, message }] };
  }
  const findings = await Promise.all(
    application.dependencies.map((dependency) => examineDependency(dependency, application, trust)),
  );
  const { providers, diagnostics } = breakDuplicates(findings.flatMap(({ provider }) => provider ?? []));
  return {
    application: application.packageJson,
    providers,
    diagnostics: [
      ...findings.flatMap(({ diagnostic }) => diagnostic ?? []),
      ...diagnostics,
      ...unknownNames(trust, application),
    ],
  };
}

/** Names in `allow` that nothing answers to are typing errors, or left over. */
function unknownNames(
  trust: Trust,
  { packageJson, dependencies }: Application,
): readonly DiscoveryDiagnostic[] {
  const known = dependencies.map(({ name }) => name);
  return trust.names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = closest(name, known);
      const hint = near === undefined ? 'add it there, or take it out of "allow"' : `is ${near} meant?`;
      const message = `allow names ${name}, which is no dependency of ${packageJson}; ${hint}`;
      return { severity: 'warning', code: 'unknown-allow', packageName: name, path: packageJson, message };
    });
}
