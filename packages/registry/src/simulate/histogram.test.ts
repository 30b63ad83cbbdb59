import { expect, it } from 'vitest';
import { seededRandom } from '../random-source.ts';
import { draw } from './distribution.ts';
import { Histogram } from './histogram.ts';

it('tells every percentile of a hundred thousand times within one per cent', () => {
  const { next } = seededRandom(3);
  const histogram = new Histogram();
  const all: number[] = [];
  for (let count = 0; count < 100_000; count += 1) {
    const ms = draw({ kind: 'lognormal', median: 700, sigma: 1 }, next);
    histogram.record(ms);
    all.push(ms);
  }
  all.sort((one, other) => one - other);
  for (const share of [0.01, 0.5, 0.9, 0.99, 0.999]) {
    const exact = all[Math.ceil(share * all.length) - 1] as number;
    expect(histogram.quantile(share) / exact).toBeGreaterThanOrEqual(0.999);
    expect(histogram.quantile(share) / exact).toBeLessThanOrEqual(1.0101);
  }
  expect(histogram.percentiles()).toMatchObject({
    count: 100_000,
    max: Math.round((all.at(-1) as number) * 10) / 10,
  });
});

it('holds nothing, and times that are too short or too long for it', () => {
  const histogram = new Histogram();
  expect(histogram.percentiles()).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
  histogram.record(0);
  histogram.record(1e12);
  expect(histogram.count).toBe(2);
  expect(histogram.quantile(0.5)).toBeLessThanOrEqual(0.1);
  expect(histogram.quantile(1)).toBeLessThanOrEqual(1e12);
});
