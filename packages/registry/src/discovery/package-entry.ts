import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { moduleResolve } from 'import-meta-resolve';
import { printable } from '../printable.ts';

/** What Node's `import` asks an exports map for. */
const conditions: Set<string> = new Set(['node', 'import', 'module-sync', 'node-addons']);

/** An export path of the package itself: no way up, no other separators, nothing encoded. */
const exportPath = /^\.(?:\/[^/\\%?#:]+)*$/;

/** Where the entry leads, or why it leads nowhere. */
export type Entry = { readonly url: string } | { readonly problem: string };

/**
 * Resolves a manifest's `entry` as an `import` in the application would, without importing: through the package's exports
 * map, with the conditions of ES modules (`createRequire` would not find what only ESM may import), and inside the package.
 */
export function resolveEntry(
  packageName: string,
  directory: string,
  entry: string,
  applicationPackageJson: string,
): Entry {
  const steps = entry.split('/');
  if (!exportPath.test(entry) || steps.includes('..') || steps.includes('.', 1)) {
    return {
      problem: `entry ${quoted(entry)} is no export path of the package, such as "." or "./provider"`,
    };
  }
  const specifier = packageName + entry.slice(1);
  try {
    const url = moduleResolve(specifier, pathToFileURL(applicationPackageJson), conditions);
    const file = url.protocol === 'file:' ? realpathSync(fileURLToPath(url)) : '';
    if (!file.startsWith(directory + sep))
      return { problem: `entry ${quoted(entry)} leads out of the package` };
    return { url: url.href };
  } catch (error) {
    return { problem: `entry ${quoted(entry)} leads nowhere: ${whyNot(error, directory)}` };
  }
}

/** The resolver's own words, by its codes; its messages are long and name the importer. */
function whyNot(error: unknown, directory: string): string {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  const file = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  switch (code) {
    case 'ERR_PACKAGE_PATH_NOT_EXPORTED':
      return 'the package does not export it';
    case 'ERR_INVALID_PACKAGE_TARGET':
      return 'its exports map leads out of the package';
    case 'ERR_MODULE_NOT_FOUND':
      return file === undefined
        ? 'the file is missing; was it built?'
        : `${printable(file.replace(directory + sep, ''), 200)} is missing; was the package built?`;
    case 'ERR_UNSUPPORTED_DIR_IMPORT':
      return 'it is a folder';
    default:
      return printable(message, 300);
  }
}

function quoted(entry: string): string {
  return JSON.stringify(printable(entry, 100));
}
