import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository's root folder. */
export const repositoryRoot: string = join(import.meta.dirname, '..', '..');

/** What an `exports` entry may be: a file, or a file per condition. */
export type ExportTarget = string | { readonly types: string; readonly default: string };

/** The fields of a package.json that our tools read. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: {
    readonly exports?: Readonly<Record<string, ExportTarget>>;
    readonly bin?: Readonly<Record<string, string>>;
    readonly types?: string;
  };
}

/** A package of the workspace. */
export interface WorkspacePackage {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** The folder's own name, which the arrows are drawn with: `core`, `provider-h2o`. */
  readonly room: string;
  readonly manifest: PackageManifest;
}

/** A source that others import or run, and what the build makes of it. Paths are relative to the package's folder. */
export interface Entry {
  /** `.` or `./http` for an export, `undefined` for a command. */
  readonly subpath: string | undefined;
  readonly source: string;
  readonly script: string;
  readonly types: string;
}

/** A JSON file that a package exports: the build copies it under the name by which users find it. */
export interface DataEntry {
  /** `./config.schema.json`. */
  readonly subpath: string;
  readonly source: string;
  readonly file: string;
}

/** Reads one package's folder. */
export function readPackage(folder: string): WorkspacePackage {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
  return { folder, room: folder.split(/[\\/]/).at(-1) ?? folder, manifest };
}

/** Every package under `packages/`, sorted by folder. */
export function readPackages(root: string = repositoryRoot): readonly WorkspacePackage[] {
  const parent = join(root, 'packages');
  return readdirSync(parent)
    .sort()
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map(readPackage);
}

/** Where the build puts what it makes of a source: `./src/http/index.ts` becomes `./dist/http/index.js`. */
function built(source: string, extension: '.js' | '.d.ts'): string {
  return source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, extension);
}

/** The entries of a package: its exports and its commands, as the workspace's manifest names them. */
export function entriesOf(manifest: PackageManifest): readonly Entry[] {
  const exported = Object.entries(manifest.exports ?? {});
  const commands = Object.values(manifest.bin ?? {}).map((target) => [undefined, target] as const);
  return [...exported, ...commands].flatMap(([subpath, target]) =>
    typeof target === 'string' && target.startsWith('./src/') && target.endsWith('.ts')
      ? [{ subpath, source: target, script: built(target, '.js'), types: built(target, '.d.ts') }]
      : [],
  );
}

/** The JSON files that a package exports, `package.json` aside. */
export function dataEntriesOf(manifest: PackageManifest): readonly DataEntry[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) =>
    typeof target === 'string' && target.startsWith('./src/') && target.endsWith('.json')
      ? [{ subpath, source: target, file: subpath.replace(/^\.\//, './dist/') }]
      : [],
  );
}
