import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import {
  entriesOf,
  type PackageManifest,
  readPackage,
  type WorkspacePackage,
} from '../workspace/packages.ts';

/** How much JavaScript of a package an import loads, in bytes. Its dependencies don't count. */
export interface ScriptSize {
  /** The import: `@sluice/core/http`, or the command. */
  readonly name: string;
  /** As published: readable. */
  readonly published: number;
  /** As a bundler would ship it. */
  readonly minified: number;
  /** That, compressed. */
  readonly compressed: number;
}

/** Weighs what each entry of a built package loads from the package's `dist`. */
export async function scriptSizes({ folder, manifest }: WorkspacePackage): Promise<readonly ScriptSize[]> {
  const sizes: ScriptSize[] = [];
  for (const { subpath, script } of entriesOf(manifest)) {
    const file = join(folder, script);
    if (!existsSync(file)) throw new Error(`${file} is not built; run: npm test -- build sizes`);
    const [published, minified] = await Promise.all([bundled(file, false), bundled(file, true)]);
    sizes.push({
      name: subpath === undefined ? `${manifest.name} (command)` : join(manifest.name, subpath),
      published: published.length,
      minified: minified.length,
      compressed: gzipSync(minified, { level: 9 }).length,
    });
  }
  return sizes;
}

async function bundled(file: string, minify: boolean): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    write: false,
    minify,
    logLevel: 'error',
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** What installing these packages puts on a disk, with everything that they depend on, in bytes. */
export function installedBytes(packages: readonly WorkspacePackage[]): number {
  const seen = new Set<string>();
  const ours = new Map(packages.map((each) => [each.manifest.name, each]));
  const weigh = (folder: string, files: readonly string[], manifest: PackageManifest): number => {
    if (seen.has(folder)) return 0;
    seen.add(folder);
    const own = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    return names.reduce((sum, name) => {
      const mine = ours.get(name);
      if (mine) return sum + weigh(mine.folder, publishedFiles(mine), mine.manifest);
      const path = realpathSync(join(folder, 'node_modules', name));
      return sum + weigh(path, filesIn(path), readPackage(path).manifest);
    }, own);
  };
  return packages.reduce((sum, each) => sum + weigh(each.folder, publishedFiles(each), each.manifest), 0);
}

function publishedFiles({ folder }: WorkspacePackage): readonly string[] {
  return [...filesIn(join(folder, 'dist')), join(folder, 'package.json'), join(folder, 'README.md')];
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.slice(folder.length).includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}
