import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFirstTokenQuantiles } from './first-token-quantiles.ts';

describe('the quantiles of the first-token time', () => {
  it('say nothing before there is enough to go by', () => {
    const quantiles = createFirstTokenQuantiles();
    for (let answer = 0; answer < 19; answer += 1) quantiles.observe(100);
    expect(quantiles.quantileMs(0.95)).toBeUndefined();
    quantiles.observe(100);
    expect(quantiles.quantileMs(0.95)).toBeGreaterThanOrEqual(100);
  });

  it('are never too low and at most a fifth too high', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 11, max: 200_000 }), { minLength: 20, maxLength: 500 }),
        fc.constantFrom(0.5, 0.9, 0.95),
        (times, share) => {
          const quantiles = createFirstTokenQuantiles();
          for (const ms of times) quantiles.observe(ms);
          const exactMs = times.sort((a, b) => a - b)[Math.ceil(share * times.length) - 1] as number;
          const estimateMs = quantiles.quantileMs(share) as number;
          expect(estimateMs).toBeGreaterThanOrEqual(exactMs * 0.999);
          expect(estimateMs).toBeLessThanOrEqual(exactMs * 1.201);
        },
      ),
    );
  });

  it('follow a target that has become slower', () => {
    const quantiles = createFirstTokenQuantiles();
    for (let answer = 0; answer < 10_000; answer += 1) quantiles.observe(200);
    expect(quantiles.quantileMs(0.95)).toBeLessThan(250);
    for (let answer = 0; answer < 200; answer += 1) quantiles.observe(2_000);
    expect(quantiles.quantileMs(0.95)).toBeGreaterThan(1_900);
  });

  it('put what is too long for the last bucket into it, and nothing useful at the start', () => {
    const quantiles = createFirstTokenQuantiles();
    for (const ms of [Number.NaN, -5, ...new Array<number>(20).fill(1e9)]) quantiles.observe(ms);
    expect(quantiles.quantileMs(0.95)).toBeGreaterThan(180_000);
    expect(quantiles.quantileMs(0)).toBe(10);
  });
});
