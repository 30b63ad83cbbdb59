import { expect, test } from 'vitest';
import type { WorkspacePackage } from '../workspace/packages.ts';
import { unannouncedBreaks } from './unannounced-breaks.ts';

const one = (name: string, peers: readonly string[] = []): WorkspacePackage => ({
  folder: `/${name}`,
  room: name,
  manifest: {
    name,
    version: '1.0.0',
    peerDependencies: Object.fromEntries(peers.map((peer) => [peer, 'workspace:^'])),
  },
});

const packages = [one('core'), one('h2o', ['core']), one('cli')];

const problemsOf = (releases: Readonly<Record<string, readonly [string, string]>>): readonly string[] =>
  unannouncedBreaks(
    new Map(Object.entries(releases).map(([name, [from, to]]) => [name, { from, to }])),
    packages,
  );

test('a major of a peer wants a major of those who peer on it', () => {
  expect(problemsOf({ core: ['1.4.0', '2.0.0'], h2o: ['1.2.0', '1.2.1'], cli: ['1.0.0', '1.0.1'] })).toEqual([
    "h2o takes core as a peer, and that goes from 1.4.0 to 2.0.0: add a changeset with 'h2o': major",
  ]);
  expect(problemsOf({ core: ['1.4.0', '2.0.0'] })).toHaveLength(1);
  expect(problemsOf({ core: ['1.4.0', '2.0.0'], h2o: ['1.2.0', '2.0.0'] })).toEqual([]);
});

test('below 1.0.0 a minor is a break', () => {
  expect(problemsOf({ core: ['0.1.0', '0.2.0'], h2o: ['0.1.0', '0.1.1'] })).toEqual([
    "h2o takes core as a peer, and that goes from 0.1.0 to 0.2.0: add a changeset with 'h2o': minor",
  ]);
});

test('what breaks nobody wants nothing', () => {
  expect(problemsOf({ core: ['1.0.0', '1.1.0'] })).toEqual([]);
  expect(problemsOf({ core: ['1.0.0', '1.0.1'] })).toEqual([]);
  expect(problemsOf({ core: ['0.0.0', '1.0.0'], h2o: ['0.0.0', '1.0.0'] })).toEqual([]);
});

test('a package that comes out for the first time with the break has nobody to break', () => {
  const first = { core: ['1.4.0', '2.0.0'], h2o: ['0.0.0', '1.0.0'] } as const;
  expect(problemsOf(first)).toEqual([]);
});
