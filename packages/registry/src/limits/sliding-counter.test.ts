import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingCounter } from './sliding-counter.ts';

describe('a sliding counter', () => {
  it('forgets a bucket when the one that takes its place begins', () => {
    const counter = new SlidingCounter(1_000, 3);
    counter.add(0, 1);
    counter.add(1_500, 2);
    expect([1_999, 2_999, 3_000, 3_999, 4_000].map((at) => counter.total(at))).toEqual([3, 3, 2, 2, 0]);
    expect(counter.belowAtMs(1_999, 2)).toBe(3_000);
    expect(counter.belowAtMs(1_999, 1)).toBe(4_000);
    expect(counter.belowAtMs(1_999, 3)).toBe(1_999);
    expect(counter.belowAtMs(1_999, -1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes back only what still counts', () => {
    const counter = new SlidingCounter(1_000, 3);
    const old = counter.add(0, 5);
    counter.add(4_000, 1);
    counter.takeBack(old, 5);
    expect(counter.total(4_000)).toBe(1);
    counter.takeBack(counter.add(5_000, 7), 4);
    expect(counter.total(5_000)).toBe(4);
  });

  it('counts like a list of everything that happened, whatever the clock does', () => {
    const bucketMs = 10;
    const happening = fc.record({
      stepMs: fc.integer({ min: -60, max: 120 }),
      amount: fc.integer({ min: 0, max: 8 }).map((halves) => halves / 2),
      kept: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(happening, { maxLength: 60 }),
        (buckets, happenings) => {
          const counter = new SlidingCounter(bucketMs, buckets);
          const list: { bucket: number; amount: number }[] = [];
          let nowMs = 0;
          let newest = 0;
          for (const { stepMs, amount, kept } of happenings) {
            nowMs = Math.max(0, nowMs + stepMs);
            const bucket = counter.add(nowMs, amount);
            const known = bucket > newest - buckets;
            newest = Math.max(newest, bucket);
            if (!kept) counter.takeBack(bucket, amount);
            else if (known) list.push({ bucket, amount });

            const totalAt = (atMs: number): number =>
              list
                .filter((one) => one.bucket > Math.max(Math.floor(atMs / bucketMs), newest) - buckets)
                .reduce((sum, one) => sum + one.amount, 0);
            expect(counter.total(nowMs)).toBe(totalAt(nowMs));
            expect(counter.total(nowMs + 35)).toBe(totalAt(nowMs + 35));
            const freeAtMs = counter.belowAtMs(nowMs, 2);
            expect(counter.total(freeAtMs)).toBeLessThanOrEqual(2);
            if (freeAtMs > nowMs) expect(counter.total(freeAtMs - 1)).toBeGreaterThan(2);
          }
        },
      ),
    );
  });
});
