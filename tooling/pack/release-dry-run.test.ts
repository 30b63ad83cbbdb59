import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Changeset,
  type Release,
  type ScratchRelease,
  scratchRelease,
} from '../release/scratch-release.ts';
import { unannouncedBreaks } from '../release/unannounced-breaks.ts';
import type { PackageManifest } from '../workspace/packages.ts';
import { pack } from './packed-packages.ts';

// What a merge to main would release, tried on a copy: after the changesets that are pending, one more change of each kind.

const run = promisify(execFile);

let scratch: ScratchRelease;
let first: ReadonlyMap<string, Release>;

beforeEach(async () => {
  scratch = await scratchRelease();
  first = await scratch.version();
});

afterEach(() => scratch?.remove());

/** The packages that a change releases, each with how much it rises. */
async function released(changeset: Changeset): Promise<Readonly<Record<string, string>>> {
  await scratch.add(changeset);
  return Object.fromEntries([...(await scratch.version())].map(([name, release]) => [name, rise(release)]));
}

function rise({ from, to }: Release): string {
  const [oldMajor, oldMinor] = from.split('.');
  const [major, minor] = to.split('.');
  return oldMajor !== major ? 'major' : oldMinor !== minor ? 'minor' : 'patch';
}

/** The published packages that take core as a peer. */
const peersOfCore = (): readonly string[] =>
  scratch
    .packages()
    .filter(({ manifest }) => manifest.peerDependencies?.['@sluice/core'] !== undefined)
    .map(({ manifest }) => manifest.name);

/** The manifest as it would be published, with its ranges resolved. */
async function packedManifest(room: string): Promise<PackageManifest> {
  const folder = join(scratch.folder, 'packages', room);
  const { tarball } = await pack({ folder }, scratch.folder);
  const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
  return JSON.parse(stdout) as PackageManifest;
}

test('the pending changesets announce every break', () => {
  expect(unannouncedBreaks(first, scratch.packages())).toEqual([]);
});

test('the first release of every package is 1.0.0, from which on a feature is no break', () => {
  const published = scratch.packages().filter(({ manifest }) => !manifest.private);
  const below = published.filter(({ manifest }) => manifest.version.startsWith('0.'));
  expect(below.map(({ manifest }) => `${manifest.name} ${manifest.version}`)).toEqual([]);
});

test('a change of one provider releases that provider alone, and its tarball still takes the core that is out', async () => {
  const core = scratch.packages().find(({ room }) => room === 'core')?.manifest.version;
  expect(await released({ '@sluice/provider-h2o': 'patch' })).toEqual({ '@sluice/provider-h2o': 'patch' });
  expect(await released({ '@sluice/provider-h2o': 'minor' })).toEqual({ '@sluice/provider-h2o': 'minor' });
  expect((await packedManifest('provider-h2o')).peerDependencies).toEqual({ '@sluice/core': `^${core}` });
});

test('a fix or a feature of core releases core alone: who has a provider gets it without a new one', async () => {
  expect(await released({ '@sluice/core': 'patch' })).toEqual({ '@sluice/core': 'patch' });
  expect(await released({ '@sluice/core': 'minor' })).toEqual({ '@sluice/core': 'minor' });
});

test('a break of core needs a major of everything that peers on it, and each one missing is named', async () => {
  const peers = peersOfCore();
  expect(peers).toContain('@sluice/provider-h2o');
  await scratch.add({ '@sluice/core': 'major' });
  const releases = await scratch.version();
  const problems = unannouncedBreaks(releases, scratch.packages()).filter((line) =>
    line.includes('takes @sluice/core as a peer'),
  );
  expect(problems.map((line) => line.split(' ')[0])).toEqual(peers);
});

test('with the majors written down a break of core goes out as one, and tarballs ask for the new core', async () => {
  const peers = peersOfCore();
  const majors = Object.fromEntries(peers.map((name) => [name, 'major' as const]));
  await scratch.add({ '@sluice/core': 'major', ...majors });
  const releases = await scratch.version();
  expect(unannouncedBreaks(releases, scratch.packages())).toEqual([]);
  expect(peers.map((name) => releases.get(name)).every((each) => each && rise(each) === 'major')).toBe(true);
  expect((await packedManifest('provider-h2o')).peerDependencies).toEqual({
    '@sluice/core': `^${releases.get('@sluice/core')?.to}`,
  });
});
