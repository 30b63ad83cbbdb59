import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../usage-error.ts';
import type { ConfigFormat } from './config-text.ts';

/** What a folder says about the configuration that it is to have. */
export interface ProjectFolder {
  readonly folder: string;
  /** Whether it, or one above it, has a package.json. */
  readonly isPackage: boolean;
  /** How Node reads a .js or .ts file there; nothing where package.json does not say. */
  readonly moduleType?: 'module' | 'commonjs';
  /** Names of the packages that it depends on. */
  readonly dependencies: ReadonlySet<string>;
  /** The configuration that is there already. */
  readonly existing?: string;
}

/** The names that a configuration may have. */
const fileNames = ['sluice.config.ts', 'sluice.config.js', 'sluice.config.mjs', 'sluice.config.json'];

export function examineFolder(folder: string): ProjectFolder {
  const manifest = nearestManifest(folder);
  const existing = fileNames.find((name) => existsSync(join(folder, name)));
  const { type } = manifest ?? {};
  return {
    folder,
    isPackage: manifest !== undefined,
    dependencies: new Set([
      ...Object.keys(manifest?.dependencies ?? {}),
      ...Object.keys(manifest?.devDependencies ?? {}),
    ]),
    ...(type === 'module' || type === 'commonjs' ? { moduleType: type } : {}),
    ...(existing === undefined ? {} : { existing }),
  };
}

/** TypeScript, unless Node would take the file for CommonJS, or would have to guess and say so at every start. */
export function usualFormat({ isPackage, moduleType }: ProjectFolder): ConfigFormat {
  return isPackage && moduleType !== 'module' ? 'js' : 'ts';
}

/**
 * The name of the file. Throws a `UsageError` for a file that is there and may not be overwritten, for a second one beside it,
 * and for TypeScript that Node would take for CommonJS.
 */
export function configFile(
  { existing, moduleType }: ProjectFolder,
  format: ConfigFormat,
  overwrite: boolean,
): string {
  if (format === 'ts' && moduleType === 'commonjs') {
    throw new UsageError(
      'package.json says "type": "commonjs", so that Node would not take sluice.config.ts for a module; --format js writes sluice.config.mjs',
    );
  }
  const name = `sluice.config.${format === 'js' && moduleType !== 'module' ? 'mjs' : format}`;
  if (existing !== undefined && existing !== name) {
    throw new UsageError(`${existing} is already here, and two would be an error; remove it first`);
  }
  if (existing !== undefined && !overwrite) {
    throw new UsageError(`${existing} is already here; --force overwrites it`);
  }
  return name;
}

interface Manifest {
  readonly type?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

/** Of the folder or the nearest one above it. One that cannot be read says nothing. */
function nearestManifest(start: string): Manifest | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return manifestIn(file);
    if (dirname(folder) === folder) return undefined;
  }
}

function manifestIn(file: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof manifest === 'object' && manifest !== null ? manifest : {};
  } catch {
    return {};
  }
}
