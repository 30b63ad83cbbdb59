import { expect, it } from 'vitest';
import { Timeline } from './timeline.ts';

it('counts what happened in each stretch of time', () => {
  const timeline = new Timeline(2, 1_000);
  timeline.requested(0);
  timeline.called(10, 1);
  timeline.ended(999, true);
  timeline.requested(2_500);
  timeline.called(2_500, 0);
  timeline.ended(2_600, false);
  expect(timeline.slices()).toEqual([
    { fromMs: 0, requests: 1, succeeded: 1, failed: 0, calls: [0, 1] },
    { fromMs: 1_000, requests: 0, succeeded: 0, failed: 0, calls: [0, 0] },
    { fromMs: 2_000, requests: 1, succeeded: 0, failed: 1, calls: [1, 0] },
  ]);
});

it('has a bounded number of slices, however long it takes, and loses none of its counts', () => {
  const timeline = new Timeline(1, 10, 8);
  for (let atMs = 0; atMs < 100_000; atMs += 7) timeline.called(atMs, 0);
  expect(timeline.slices().length).toBeLessThanOrEqual(8);
  expect(timeline.widthMs).toBeGreaterThanOrEqual(100_000 / 8);
  expect(timeline.slices().reduce((sum, { calls }) => sum + (calls[0] ?? 0), 0)).toBe(Math.ceil(100_000 / 7));
});
