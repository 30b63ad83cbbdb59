import { type Discovery, discoverProviders } from '@sluice/registry/discovery';

/**
 * The providers that a command can use: those among the application's dependencies, then those that come with the command and
 * that the application does not have itself. A folder without a package.json has the command's alone.
 *
 * @param from the application's folder
 * @param allow packages whose code may run beside ours
 */
export async function installedProviders(from: string, allow: readonly string[] = []): Promise<Discovery> {
  const [application, own] = await Promise.all([
    discoverProviders({ from, allow }),
    // The command's own dependencies: this file is part of its package.
    discoverProviders({ from: import.meta.url }),
  ]);
  const diagnostics = application.diagnostics.filter(({ code }) => code !== 'no-application');
  if (application.application === own.application) return { ...application, diagnostics };
  // One that nobody trusts takes the id of none of ours.
  const installed = application.providers.filter(({ status }) => status !== 'refused');
  const packages = new Set(installed.map(({ packageName }) => packageName));
  const ids = new Set(installed.flatMap(({ manifest }) => manifest?.id ?? []));
  const added = own.providers.filter(
    ({ packageName, manifest }) => !packages.has(packageName) && !ids.has(manifest?.id ?? ''),
  );
  return {
    ...application,
    providers: [...application.providers, ...added],
    diagnostics: [...diagnostics, ...own.diagnostics],
  };
}
