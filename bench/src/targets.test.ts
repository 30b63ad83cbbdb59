import { expect, test } from 'vitest';
import { clientWorkloads } from './client/workloads.ts';
import { gatewayWorkloads } from './gateway/workloads.ts';
import type { WorkloadResult } from './report/part-result.ts';
import { targets, verdictsOn } from './targets.ts';

const measured = (toFloor: number): WorkloadResult => ({
  workload: 'short',
  title: 'short calls',
  rounds: 1,
  subjects: [
    {
      subject: 'sluice',
      figures: [
        {
          metric: 'cpu',
          title: 'CPU µs a call',
          value: { median: 300, least: 300, most: 300 },
          toFloor: { median: toFloor, least: toFloor, most: toFloor },
        },
      ],
    },
  ],
});

test('a target is reached up to its limit', () => {
  expect(verdictsOn('client', [measured(1.3)])).toMatchObject([{ measured: '1.3 × floor', reached: true }]);
  expect(verdictsOn('client', [measured(1.31)])).toMatchObject([
    { measured: '1.31 × floor', reached: false },
  ]);
});

test('what was not measured has no verdict', () => {
  expect(verdictsOn('client', [])).toEqual([]);
});

test('every target belongs to a workload that is measured', () => {
  const known = {
    client: [...clientWorkloads.map(({ name }) => name), 'import'],
    gateway: gatewayWorkloads.map(({ name }) => name),
  };
  for (const part of ['client', 'gateway'] as const) {
    for (const { workload } of targets[part] ?? []) expect(known[part]).toContain(workload);
  }
});
