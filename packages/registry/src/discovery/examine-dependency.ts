import { join } from 'node:path';
import { printable } from '../printable.ts';
import type { Application, Dependency } from './application.ts';
import type { DiagnosticCode, DiscoveryDiagnostic } from './diagnostic.ts';
import type { DiscoveredProvider } from './discovered-provider.ts';
import { type FoundPackage, findPackage } from './find-package.ts';
import { loadProvider } from './load-provider.ts';
import { resolveEntry } from './package-entry.ts';
import { readManifest } from './read-manifest.ts';
import type { JsonObject } from './read-package-json.ts';
import type { Trust } from './trust.ts';
import { brokenProvider, type PackageFacts, refusedProvider } from './unusable-provider.ts';

/** What a dependency turned out to be. Neither field: a package that is no provider and no harm. */
export interface Finding {
  readonly provider?: DiscoveredProvider;
  readonly diagnostic?: DiscoveryDiagnostic;
}

/** Looks at one dependency's package.json. Never throws, and runs nothing of the package. */
export async function examineDependency(
  { name, optional }: Dependency,
  application: Application,
  trust: Trust,
): Promise<Finding> {
  const expected = trust.expects(name);
  const found = await findPackage(name, application.folder);
  if (!found || 'missing' in found.file) {
    if (!expected || (optional && !found)) return {};
    const path = found?.packageJson ?? join(application.folder, 'node_modules', name);
    const message = `${name} is a dependency of ${application.packageJson}, but it is not installed at ${path}; install the dependencies`;
    return { diagnostic: { severity: 'error', code: 'not-installed', packageName: name, path, message } };
  }
  const { packageJson: path, file } = found;
  if ('problem' in file) {
    const severity = expected ? 'error' : 'warning';
    const message = `${path} cannot be used: ${file.problem}; install ${name} anew`;
    return { diagnostic: { severity, code: 'unreadable-package', packageName: name, path, message } };
  }
  if (file.content.sluice === undefined && !expected) return {};
  return judge(name, found, file.content, application, trust);
}

/** Judges a package that calls itself a provider, or should. */
function judge(
  packageName: string,
  { directory, packageJson: path }: FoundPackage,
  { version, sluice }: JsonObject,
  application: Application,
  trust: Trust,
): Finding {
  const facts: PackageFacts = {
    packageName,
    version: typeof version === 'string' ? printable(version, 100) : '',
    directory,
  };
  const broken = (code: DiagnosticCode, problem: string, advice: string): Finding => {
    const message = `${packageName} cannot be used: ${problem} (${path}); ${advice}`;
    const diagnostic: DiscoveryDiagnostic = { severity: 'error', code, packageName, path, message };
    return { provider: brokenProvider(facts, diagnostic), diagnostic };
  };
  if (sluice === undefined) {
    const problem = 'it has no manifest under "sluice" in its package.json, so it is no provider';
    return broken('no-manifest', problem, 'update it, or take it out of "allow"');
  }
  const reading = readManifest(sluice);
  if ('problem' in reading) return broken(reading.code, reading.problem, 'or use another version of it');
  const { manifest } = reading;
  const entry = resolveEntry(packageName, directory, manifest.entry ?? '.', application.packageJson);
  if ('problem' in entry) return broken('bad-entry', entry.problem, 'install it anew or tell its author');
  if (!trust.trusts(packageName)) return { provider: refusedProvider(facts, manifest) };
  const from = { packageName, directory, manifest, entryUrl: entry.url };
  return {
    provider: { ...facts, status: 'available', manifest, load: (options) => loadProvider(from, options) },
  };
}
