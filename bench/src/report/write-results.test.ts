import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PartResult } from './part-result.ts';
import { writeResults } from './write-results.ts';

const partOf = (part: string, takenAt: string): PartResult => ({
  part,
  takenAt,
  machine: { cpu: 'A chip', cores: 2, memoryGiB: 8, node: 'v24.0.0', platform: 'linux x64', loadBefore: 0 },
  versions: {},
  workloads: [],
  verdicts: [],
});

test('a part that is measured again takes its own place, and the others stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeResults(folder, 'latest', [partOf('routing', '2026-01-01'), partOf('client', '2026-01-01')]);
  const parts = await writeResults(folder, 'latest', [partOf('client', '2026-02-02')]);
  expect(parts.map(({ part, takenAt }) => `${part} ${takenAt}`)).toEqual([
    'client 2026-02-02',
    'routing 2026-01-01',
  ]);
  const kept: { parts: unknown } = JSON.parse(await readFile(join(folder, 'latest.json'), 'utf8'));
  expect(kept.parts).toEqual(parts);
  expect(await readFile(join(folder, 'latest.md'), 'utf8')).toMatch(/## client[\s\S]*## routing/);
  expect(await readFile(join(folder, 'latest.svg'), 'utf8')).toMatch(/^<svg /);
});
