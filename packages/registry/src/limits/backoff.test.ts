import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const least = (): number => 0;
const middle = (): number => 0.5;
const most = (): number => 1 - Number.EPSILON;

describe('the wait before a repetition', () => {
  it.each([
    [1, 250],
    [2, 500],
    [3, 1_000],
    [6, 8_000],
    [7, 8_000],
    [5_000, 8_000],
  ])('number %d is anything up to %d ms', (retry, ceilingMs) => {
    expect(backoffMs(retry, least)).toBe(0);
    expect(backoffMs(retry, middle)).toBe(ceilingMs / 2);
    expect(backoffMs(retry, most)).toBeCloseTo(ceilingMs);
    expect(backoffMs(retry, most)).toBeLessThanOrEqual(ceilingMs);
  });

  it('is never less than the upstream asked for, and spreads those that were told the same', () => {
    expect(backoffMs(1, least, 60_000)).toBe(60_000);
    expect(backoffMs(1, middle, 60_000)).toBe(60_125);
    expect(backoffMs(6, middle, 1_000)).toBe(4_000);
    expect(backoffMs(1, middle, 0)).toBe(125);
  });
});
