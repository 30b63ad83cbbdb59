import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataEntriesOf, entriesOf, type PackageManifest, readPackages, repositoryRoot } from './packages.ts';

const readRoot = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const rootManifest = JSON.parse(readRoot('package.json')) as PackageManifest & { packageManager: string };
const published = readPackages().filter(({ manifest }) => !manifest.private);

/** `npm create sluice-provider` runs the package of this very name, which has files that are data. */
const exceptions: { readonly [room: string]: { readonly name: string; readonly files: readonly string[] } } =
  {
    'create-sluice-provider': { name: 'create-sluice-provider', files: ['dist', 'templates'] },
  };

/** What `publishConfig` says about entries, as it follows from the sources that the workspace's manifest names. */
function publishedEntries(manifest: PackageManifest): PackageManifest['publishConfig'] {
  const entries = entriesOf(manifest);
  const exports = Object.fromEntries(
    entries.flatMap(({ subpath, types, script }) => (subpath ? [[subpath, { types, default: script }]] : [])),
  );
  const data = Object.fromEntries(dataEntriesOf(manifest).map(({ subpath, file }) => [subpath, file]));
  const bin = Object.fromEntries(
    Object.entries(manifest.bin ?? {}).map(([name, source]) => [
      name,
      entries.find((entry) => entry.source === source)?.script ?? '',
    ]),
  );
  return {
    exports: { ...exports, ...data, './package.json': './package.json' },
    types: './dist/index.d.ts',
    ...(manifest.bin ? { bin } : {}),
  };
}

describe.each(published.map((each) => [each.manifest.name, each] as const))(
  '%s',
  (name, { room, manifest }) => {
    test('publishes its entries from dist, as it names them in src', () => {
      expect(manifest.publishConfig).toEqual({
        access: 'public',
        provenance: true,
        ...publishedEntries(manifest),
      });
    });

    test('says what it is, where it comes from and what it runs on', () => {
      const { name: expected, files } = exceptions[room] ?? { name: `@sluice/${room}`, files: ['dist'] };
      expect(name).toBe(expected);
      expect(manifest).toMatchObject({
        description: expect.stringMatching(/^[A-Z].*\.$/),
        keywords: expect.arrayContaining(['sluice']),
        license: 'MIT',
        repository: { directory: `packages/${room}` },
        type: 'module',
        sideEffects: false,
        engines: { node: '>=22.19' },
        files,
        scripts: { build: 'node ../../tooling/build/main.ts' },
      });
    });

    test('takes every version from the catalog or from the workspace', () => {
      const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest;
      const all = { ...dependencies, ...peerDependencies, ...optionalDependencies, ...devDependencies };
      expect(Object.entries(all).filter(([, range]) => !['catalog:', 'workspace:^'].includes(range))).toEqual(
        [],
      );
    });
  },
);

test('the pinned pnpm and Node are named alike wherever they are named', () => {
  const workspace = readRoot('pnpm-workspace.yaml');
  const catalogued = (name: string): string | undefined =>
    new RegExp(`^  ${name}: (.+)$`, 'm').exec(workspace)?.[1];
  expect(rootManifest.packageManager).toBe(`pnpm@${catalogued('pnpm')}`);
  expect(workspace).toContain(`\nnodeVersion: ${catalogued('node')}\n`);
});
