import { realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type JsonObject, readPackageJson } from './read-package-json.ts';

/** The application whose dependencies count. */
export interface Application {
  /** Absolute path of its package.json, symbolic links resolved, as for Node's own resolution. */
  readonly packageJson: string;
  readonly folder: string;
  /** Its direct dependencies in the order of the file. */
  readonly dependencies: readonly Dependency[];
}

/** A direct dependency. */
export interface Dependency {
  /** The key in package.json, which with an alias (`npm:`) is not the package's own name. */
  readonly name: string;
  /** It may be missing without harm. */
  readonly optional: boolean;
}

/** Where dependencies stand, by what becomes of them when one is missing. */
const fields: readonly { readonly field: string; readonly optional: boolean; readonly dev: boolean }[] = [
  { field: 'dependencies', optional: false, dev: false },
  { field: 'optionalDependencies', optional: true, dev: false },
  { field: 'devDependencies', optional: true, dev: true },
];

/**
 * Reads the nearest package.json at or above a file or folder. One with neither a name nor dependencies (`{"type": "module"}`)
 * only marks a folder and is passed over. Gives a problem in words where there is none, or it can't be used.
 */
export async function findApplication(
  from: string | URL,
  includeDev: boolean,
): Promise<Application | { readonly problem: string; readonly path: string }> {
  const start = folderOf(from);
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    const file = await readPackageJson(path);
    if ('problem' in file) return { problem: `${path} cannot be used: ${file.problem}`, path };
    if ('content' in file && isApplication(file.content)) {
      return { packageJson: path, folder, dependencies: dependenciesOf(file.content, includeDev) };
    }
    if (dirname(folder) === folder) {
      const problem = `there is no package.json at or above ${start}; discovery reads the dependencies that it names`;
      return { problem, path: start };
    }
  }
}

/** The folder to begin with: a file's own. */
function folderOf(from: string | URL): string {
  const isUrl = typeof from !== 'string' || from.startsWith('file:');
  const path = resolve(isUrl ? fileURLToPath(from) : from);
  const stats = statSync(path, { throwIfNoEntry: false });
  const folder = stats?.isDirectory() ? path : dirname(path);
  return stats ? realpathSync(folder) : folder;
}

function isApplication(content: JsonObject): boolean {
  return typeof content.name === 'string' || fields.some(({ field }) => isJsonObject(content[field]));
}

function dependenciesOf(content: JsonObject, includeDev: boolean): readonly Dependency[] {
  const found = new Map<string, Dependency>();
  for (const { field, optional, dev } of fields) {
    const group = content[field];
    if (!isJsonObject(group) || (dev && !includeDev)) continue;
    for (const name of Object.keys(group)) if (!found.has(name)) found.set(name, { name, optional });
  }
  return [...found.values()];
}
