import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type PackageManifest,
  readPackage,
  repositoryRoot,
  type WorkspacePackage,
} from '../workspace/packages.ts';

/** A tarball. */
export interface Archive {
  /** Absolute path. */
  readonly tarball: string;
  /** The files in it, from the package's folder, sorted. */
  readonly files: readonly string[];
}

/** A package as it would be published. */
export interface PackedPackage extends Archive {
  /** The manifest in the tarball, as a user's package manager reads it. */
  readonly manifest: PackageManifest;
}

/** An empty folder with the tarballs installed as a user would have them. */
export interface Installation {
  readonly folder: string;
  readonly packed: ReadonlyMap<string, PackedPackage>;
  remove(): Promise<void>;
}

const pnpm = join(repositoryRoot, 'node_modules', '.bin', 'pnpm');

/** Tarballs of our packages, in a folder outside the repository in which others can be made. */
export interface Tarballs {
  readonly folder: string;
  readonly archives: ReadonlyMap<string, Archive>;
  remove(): Promise<void>;
}

/** Packs packages as they would be published. */
export async function packAll(packages: readonly WorkspacePackage[]): Promise<Tarballs> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-pack-'));
  const archives = new Map<string, Archive>();
  for (const each of packages) archives.set(each.manifest.name, await pack(each, folder));
  return { folder, archives, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Installs packages in a user's folder, ours from their tarballs; without names, what the folder's package.json asks for. What our
 * packages want of one another comes from the tarballs, too; everything else comes from pnpm's store, where the repository's own
 * install has put it, and needs no network.
 */
export async function installTarballs(
  { archives }: Tarballs,
  folder: string,
  names: readonly string[] = [],
): Promise<void> {
  const files = Object.fromEntries([...archives].map(([name, { tarball }]) => [name, `file:${tarball}`]));
  // Every YAML parser reads JSON.
  await writeFile(
    join(folder, 'pnpm-workspace.yaml'),
    JSON.stringify({ overrides: files, strictPeerDependencies: true }),
  );
  const wanted = names.map((name) => files[name] ?? name);
  const command = names.length === 0 ? ['install'] : ['add', ...wanted];
  await runPnpm([...command, '--prefer-offline', '--ignore-scripts'], folder);
}

/**
 * Packs the packages and installs all tarballs in a new folder outside the repository. Each package sees only what it
 * declares, so an undeclared dependency fails there. `others` are packages that are not ours, with their versions.
 */
export async function packAndInstall(
  packages: readonly WorkspacePackage[],
  others: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const tarballs = await packAll(packages);
  const { archives } = tarballs;
  const folder = await mkdtemp(join(tarballs.folder, 'user-'));
  const ours = Object.fromEntries([...archives].map(([name, { tarball }]) => [name, `file:${tarball}`]));
  const dependencies = { ...others, ...ours };
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module', dependencies }),
  );
  await installTarballs(tarballs, folder);
  const packed = [...archives].map(([name, archive]): [string, PackedPackage] => [
    name,
    { ...archive, manifest: readPackage(join(folder, 'node_modules', name)).manifest },
  ]);
  return { folder, packed: new Map(packed), remove: tarballs.remove };
}

/** Packs one package as `pnpm publish` would, with its workspace ranges resolved. */
export async function pack(each: Pick<WorkspacePackage, 'folder'>, destination: string): Promise<Archive> {
  const output = await runPnpm(['pack', '--json', '--pack-destination', destination], each.folder);
  const { filename, files } = JSON.parse(output) as { filename: string; files: readonly { path: string }[] };
  return { tarball: filename, files: files.map(({ path }) => path).sort() };
}

async function runPnpm(args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(pnpm, args, { cwd, shell: process.platform === 'win32' });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`pnpm ${args.join(' ')} failed in ${cwd}:\n${stdout ?? ''}${stderr ?? String(error)}`);
  }
}
