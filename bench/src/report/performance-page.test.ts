import { expect, test } from 'vitest';
import type { PartResult } from './part-result.ts';
import { withTargets } from './performance-page.ts';

const result: PartResult = {
  part: 'client',
  takenAt: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'A chip', cores: 2, memoryGiB: 8, node: 'v24.0.0', platform: 'linux x64', loadBefore: 0.5 },
  versions: {},
  workloads: [],
  verdicts: [{ what: 'short calls', target: '≤ 1.3 × floor', measured: '1.2 × floor', reached: true }],
};

const page = 'before\n<!-- targets: written by npm run bench -->\nold\n<!-- end of targets -->\nafter\n';

test('the targets take the place of the old ones, and the rest stays', () => {
  const written = withTargets(page, [result]);
  expect(written).toMatch(
    /^before\n<!-- targets[^\n]*\n\n\*\*client\*\* \(2026-01-02, Node v24\.0\.0, load before: 0\.5\)/,
  );
  expect(written).toMatch(/\| short calls \| ≤ 1\.3 × floor \| 1\.2 × floor \| reached \|/);
  expect(written).toMatch(/<!-- end of targets -->\nafter\n$/);
  expect(written).not.toContain('old');
});

test('written twice it is the same', () => {
  const once = withTargets(page, [result]);
  expect(withTargets(once, [result])).toBe(once);
});

test('a part without targets leaves no trace', () => {
  expect(withTargets(page, [{ ...result, part: 'routing', verdicts: [] }])).not.toContain('routing');
});

test('a page without their place is an error', () => {
  expect(() => withTargets('nothing', [result])).toThrow('no place for the targets');
});
