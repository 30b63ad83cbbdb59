import { expect, it } from 'vitest';
import { checkPeriod, holdsAt, nextStartMs } from './incidents.ts';

it('holds from one moment to the other', () => {
  const outage = { fromMs: 100, untilMs: 200 };
  expect([99, 100, 199, 200].map((atMs) => holdsAt(outage, atMs))).toEqual([false, true, true, false]);
  expect(nextStartMs(outage, 0)).toBe(100);
  expect(nextStartMs(outage, 200)).toBe(Number.POSITIVE_INFINITY);
});

it('flaps on and off within its period', () => {
  const flapping = { fromMs: 1_000, untilMs: 1_050, flaps: { onMs: 10, offMs: 20 } };
  expect(
    [999, 1_000, 1_009, 1_010, 1_029, 1_030, 1_049, 1_060].map((atMs) => holdsAt(flapping, atMs)),
  ).toEqual([false, true, true, false, false, true, false, false]);
  expect(nextStartMs(flapping, 1_015)).toBe(1_030);
  expect(nextStartMs(flapping, 1_045)).toBe(Number.POSITIVE_INFINITY);
});

it('refuses a period that ends before it begins', () => {
  expect(() => checkPeriod({ fromMs: 5, untilMs: 5 }, 'targets[1].incidents[0]')).toThrow(
    'targets[1].incidents[0]: fromMs must be from 0, and untilMs later, got 5 to 5',
  );
});
