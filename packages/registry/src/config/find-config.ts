import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';

/** The names of a configuration, in the order in which messages list them. */
const fileNames = [
  'sluice.config.ts',
  'sluice.config.js',
  'sluice.config.mjs',
  'sluice.config.json',
] as const;

/** The environment variable that names the file. */
const variable = 'SLUICE_CONFIG';

/** Where to look. */
export interface FindConfigOptions {
  /** The folder to begin with. */
  readonly cwd: string;
  /** The file itself, from `cwd`; it must be there. */
  readonly file?: string | undefined;
  /** `SLUICE_CONFIG` names the file where `file` does not. */
  readonly env?: { readonly [name: string]: string | undefined } | undefined;
}

/**
 * Finds the configuration: the file that was named, else the one in `cwd` or in a folder above it, up to the nearest one with
 * a package.json: what lies beyond belongs to somebody else, and a configuration is code that runs. Nothing if there is none.
 *
 * Throws a `ConfigError` for a named file that is not there or is a folder, and for two in one folder.
 */
export function findConfig({ cwd, file, env = {} }: FindConfigOptions): string | undefined {
  const start = resolve(cwd);
  const named = file ?? (env[variable] || undefined);
  if (named !== undefined) return namedFile(resolve(start, named), file === undefined ? variable : undefined);
  for (const folder of foldersFrom(start)) {
    const found = fileNames.map((name) => join(folder, name)).filter((path) => existsSync(path));
    if (found.length > 1) {
      const message = `there are two configurations, this one and ${found[1]}; remove one, or name the right one`;
      throw new ConfigError([{ path: [], message }], found[0]);
    }
    if (found.length === 1) return found[0];
  }
  return undefined;
}

function namedFile(path: string, source: string | undefined): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) return path;
  const by = source === undefined ? '' : `; ${source} names it`;
  const what = found === undefined ? 'there is no such file' : 'it is a folder and no file';
  throw new ConfigError([{ path: [], message: `${what}${by}` }], path);
}

/** The folders up to the application's own; without an application only the first. */
function foldersFrom(start: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    folders.push(folder);
    if (existsSync(join(folder, 'package.json'))) return folders;
    if (dirname(folder) === folder) return [start];
  }
}
