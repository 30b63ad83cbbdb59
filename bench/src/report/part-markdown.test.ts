import { expect, test } from 'vitest';
import { partMarkdown } from './part-markdown.ts';
import type { PartResult } from './part-result.ts';

const result: PartResult = {
  part: 'client',
  takenAt: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'A chip', cores: 2, memoryGiB: 8, node: 'v24.0.0', platform: 'linux x64', loadBefore: 0.5 },
  versions: { undici: '8.0.0' },
  verdicts: [{ what: 'short calls', target: '≤ 1.3 × floor', measured: '1.5 × floor', reached: false }],
  workloads: [
    {
      workload: 'short',
      title: 'short calls',
      rounds: 7,
      subjects: [
        {
          subject: 'floor',
          figures: [
            {
              metric: 'cpu',
              title: 'CPU µs a call',
              value: { median: 183, least: 170, most: 201 },
              toFloor: { median: 1, least: 1, most: 1 },
            },
          ],
        },
        { subject: 'silent', figures: [] },
      ],
    },
  ],
};

test('figures stand with their machine, versions, spread and ratio', () => {
  const text = partMarkdown(result);
  expect(text).toContain('2 × A chip, 8 GiB, linux x64, Node v24.0.0; load before: 0.5. 2026-01-02.');
  expect(text).toContain('undici 8.0.0.');
  expect(text).toMatch(/\| floor +\| +183 \| 170 … 201 \| +1\.00 \|/);
});

test('a target that was missed says so', () => {
  expect(partMarkdown(result)).toMatch(/\| short calls \| ≤ 1\.3 × floor \| 1\.5 × floor \| missed \|/);
});

test('who has no such figure has empty cells', () => {
  expect(partMarkdown(result)).toMatch(/\| silent \| +\| +\| +\|/);
});
