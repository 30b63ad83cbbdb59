import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPackage, readPackages, repositoryRoot } from '../workspace/packages.ts';

/** The version of somebody else's package with which ours are tested: it is in the store, so that its install needs no network. */
export function testedVersion(name: string): string {
  for (const folder of [...readPackages().map((each) => each.folder), repositoryRoot]) {
    const installed = join(folder, 'node_modules', name);
    if (existsSync(installed)) return readPackage(installed).manifest.version;
  }
  throw new Error(`${name} is no dependency of any package here, so nobody tested with it`);
}
