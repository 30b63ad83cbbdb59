import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlineShareMs } from './deadline-share.ts';

describe('the share of the deadline', () => {
  it.each([
    ['half for the first of three', 30_000, 3, 15_000],
    ['two thirds of the rest for the second', 15_000, 2, 10_000],
    ['all of it for the last', 5_000, 1, 5_000],
    ['a fair chance rather than an equal part', 1_500, 3, 1_000],
    ['what there is, if that is less than a fair chance', 600, 3, 600],
    ['nothing when the time is up', -1, 2, 0],
    ['no limit where there is no deadline', Number.POSITIVE_INFINITY, 3, Number.POSITIVE_INFINITY],
  ])('is %s', (_rule, leftMs, attemptsLeft, shareMs) => {
    expect(deadlineShareMs({ leftMs, attemptsLeft })).toBe(shareMs);
  });

  it('never adds up to more than there is, and wastes nothing', () => {
    fc.assert(
      fc.property(fc.nat(600_000), fc.integer({ min: 1, max: 10 }), (deadlineMs, attempts) => {
        let leftMs = deadlineMs;
        for (let attemptsLeft = attempts; attemptsLeft > 0; attemptsLeft -= 1) {
          const shareMs = deadlineShareMs({ leftMs, attemptsLeft });
          expect(shareMs).toBeGreaterThanOrEqual(Math.min(leftMs, 1_000));
          expect(shareMs).toBeLessThanOrEqual(leftMs);
          leftMs -= shareMs;
        }
        expect(leftMs).toBeCloseTo(0);
      }),
    );
  });
});
