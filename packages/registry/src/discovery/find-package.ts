import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type PackageJson, readPackageJson } from './read-package-json.ts';

/** Names that Node's own resolution takes: a scope or none, and nothing that leads elsewhere. */
const packageName = /^(?:@[^/\\%@:]+\/)?[^./\\%@:][^/\\%@:]*$/;

/** An installed package's folder and what its package.json holds. */
export interface FoundPackage {
  /** Symbolic links resolved. */
  readonly directory: string;
  readonly packageJson: string;
  readonly file: PackageJson;
}

/**
 * Finds a package as Node does: in the `node_modules` of a folder or of one above it. The file is read, not imported, so a
 * package whose `exports` hide its package.json is found as well.
 */
export async function findPackage(name: string, from: string): Promise<FoundPackage | undefined> {
  if (!packageName.test(name)) return undefined;
  for (let folder = from; ; folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules') {
      const linked = join(folder, 'node_modules', name);
      const directory = await realpath(linked).catch(() => undefined);
      if (directory !== undefined) {
        const packageJson = join(directory, 'package.json');
        return { directory, packageJson, file: await readPackageJson(packageJson) };
      }
    }
    if (dirname(folder) === folder) return undefined;
  }
}
