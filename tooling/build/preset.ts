import { copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'tsup';
import {
  dataEntriesOf,
  type Entry,
  entriesOf,
  readPackages,
  repositoryRoot,
  type WorkspacePackage,
} from '../workspace/packages.ts';
import { runTsc } from './tsc.ts';

/**
 * Builds one package into its `dist`: the JavaScript with tsup, the declarations with tsc
 * (docs/decisions/0001-typescript-7-for-declarations.md says why two tools).
 *
 * @param root the repository whose packages the declarations may refer to
 */
export async function buildPackage(target: WorkspacePackage, root: string = repositoryRoot): Promise<void> {
  const entries = entriesOf(target.manifest);
  await buildScripts(target, entries);
  await buildDeclarations(target, entries, root);
  for (const { source, file } of dataEntriesOf(target.manifest)) {
    await mkdir(dirname(join(target.folder, file)), { recursive: true });
    await copyFile(join(target.folder, source), join(target.folder, file));
  }
}

/**
 * One file per entry, and chunks for what entries share: a class that two entries export stays one class.
 * Dependencies stay imports. Readable output: it is what a user's debugger shows.
 */
async function buildScripts(target: WorkspacePackage, entries: readonly Entry[]): Promise<void> {
  await build({
    config: false,
    silent: true,
    entry: Object.fromEntries(
      entries.map(({ source, script }) => [
        relative('dist', script).replace(/\.js$/, ''),
        join(target.folder, source),
      ]),
    ),
    outDir: join(target.folder, 'dist'),
    tsconfig: join(target.folder, 'tsconfig.json'),
    format: 'esm',
    target: 'node22',
    platform: 'node',
    skipNodeModulesBundle: true,
    splitting: true,
    // Built-in modules that came later, node:test among them, are found by their whole names only.
    removeNodeProtocol: false,
    clean: true,
    dts: false,
    minify: false,
    sourcemap: false,
  });
}

/**
 * One declaration file per source that an entry reaches, so tests and their servers leave none. Other packages of ours
 * are read from their built declarations: reading their sources would emit them once more into this package.
 */
async function buildDeclarations(
  target: WorkspacePackage,
  entries: readonly Entry[],
  root: string,
): Promise<void> {
  const scratch = join(repositoryRoot, 'node_modules', '.cache', 'sluice-build', target.room);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  const config = join(scratch, 'tsconfig.json');
  await writeFile(
    config,
    JSON.stringify({
      extends: join(repositoryRoot, 'tsconfig.base.json'),
      compilerOptions: {
        // The package's folder, not its src: a source may import the package.json beside it.
        rootDir: target.folder,
        outDir: join(scratch, 'out'),
        emitDeclarationOnly: true,
        paths: builtDeclarations(target, root),
      },
      files: entries.map(({ source }) => join(target.folder, source)),
    }),
  );
  await runTsc(['-p', config]);
  await cp(join(scratch, 'out', 'src'), join(target.folder, 'dist'), { recursive: true });
}

/** Where TypeScript finds the other packages of the workspace: `@sluice/core/http` in `packages/core/dist/http`. */
function builtDeclarations(target: WorkspacePackage, root: string): Record<string, string[]> {
  return Object.fromEntries(
    readPackages(root)
      .filter((other) => other.folder !== target.folder)
      .flatMap(({ folder, manifest }) =>
        entriesOf(manifest).flatMap(({ subpath, types }) =>
          subpath === undefined ? [] : [[join(manifest.name, subpath), [join(folder, types)]]],
        ),
      ),
  );
}
