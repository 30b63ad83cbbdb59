import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { binOf } from '../workspace/bins.ts';
import { readPackages, repositoryRoot, type WorkspacePackage } from '../workspace/packages.ts';

/** How much a changeset raises a version. */
export type Bump = 'patch' | 'minor' | 'major';

/** A changeset: packages by name, and how much each changes. */
export type Changeset = Readonly<Record<string, Bump>>;

/** One package before and after `changeset version`. */
export interface Release {
  readonly from: string;
  readonly to: string;
}

/** The workspace's manifests and changesets in a folder of their own, where versions can be raised without a trace. */
export interface ScratchRelease {
  readonly folder: string;
  /** Does what the release workflow does with the changesets that are there; gives the packages whose version rose. */
  version(): Promise<ReadonlyMap<string, Release>>;
  /** Adds a changeset, as a contributor would. */
  add(changeset: Changeset): Promise<void>;
  packages(): readonly WorkspacePackage[];
  remove(): Promise<void>;
}

const run = promisify(execFile);

/** Copies what `changeset version` and `pnpm pack` read: manifests, workspace, changesets. Sources and builds stay where they are. */
export async function scratchRelease(root: string = repositoryRoot): Promise<ScratchRelease> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-release-'));
  const copy = async (path: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path), { recursive: true });
  };
  for (const path of ['package.json', 'pnpm-workspace.yaml', '.changeset']) await copy(path);
  for (const path of await manifestPaths(root)) await copy(path);
  // Changesets loads its changelog writer from the folder that it works in.
  await symlink(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await run('git', ['init', '--quiet'], { cwd: folder });

  let count = 0;
  return {
    folder,
    async version() {
      const before = versionsIn(folder);
      await run(process.execPath, [binOf('changeset'), 'version'], { cwd: folder });
      const after = versionsIn(folder);
      return new Map(
        [...after].flatMap(([name, to]): [string, Release][] => {
          const from = before.get(name);
          return from === undefined || from === to ? [] : [[name, { from, to }]];
        }),
      );
    },
    async add(changeset) {
      count += 1;
      const lines = Object.entries(changeset).map(([name, bump]) => `'${name}': ${bump}`);
      const text = ['---', ...lines, '---', '', 'A change.', ''].join('\n');
      await writeFile(join(folder, '.changeset', `scratch-${count}.md`), text);
    },
    packages: () => readPackages(folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The manifests of the workspace's packages, from the root: one for each folder that pnpm-workspace.yaml names. */
async function manifestPaths(root: string): Promise<readonly string[]> {
  const parents = ['packages', 'examples'];
  const nested = await Promise.all(
    parents.map(async (parent) =>
      (await readdir(join(root, parent))).map((name) => join(parent, name, 'package.json')),
    ),
  );
  return nested.flat();
}

function versionsIn(folder: string): ReadonlyMap<string, string> {
  return new Map(readPackages(folder).map(({ manifest }) => [manifest.name, manifest.version]));
}
