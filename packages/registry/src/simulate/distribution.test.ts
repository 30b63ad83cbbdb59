import { expect, it } from 'vitest';
import { seededRandom } from '../random-source.ts';
import { checkDistribution, type Distribution, draw } from './distribution.ts';

function sample(distribution: Distribution, size = 20_000): number[] {
  const { next } = seededRandom(7);
  return Array.from({ length: size }, () => draw(distribution, next)).sort((one, other) => one - other);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * sorted.length)] as number;
}

it('a number is always itself, and draws nothing', () => {
  expect(draw(300, () => expect.unreachable())).toBe(300);
});

it('a lognormal has its median, and the tail that its spread says', () => {
  const waits = sample({ kind: 'lognormal', median: 400, sigma: 0.5 });
  expect(quantile(waits, 0.5) / 400).toBeCloseTo(1, 1);
  expect(quantile(waits, 0.99) / (400 * Math.exp(0.5 * 2.326))).toBeCloseTo(1, 1);
});

it('an exponential has its mean, a uniform its bounds', () => {
  const gaps = sample({ kind: 'exponential', mean: 50 });
  expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length / 50).toBeCloseTo(1, 1);
  const even = sample({ kind: 'uniform', from: 10, to: 20 });
  expect(even.at(0)).toBeGreaterThanOrEqual(10);
  expect(even.at(-1)).toBeLessThan(20);
});

it('a bimodal is one thing or the other, by its share', () => {
  const waits = sample({ kind: 'bimodal', one: 100, other: 5_000, share: 0.1 });
  expect(waits.filter((wait) => wait === 5_000).length / waits.length).toBeCloseTo(0.1, 1);
  expect(new Set(waits)).toEqual(new Set([100, 5_000]));
});

it('names what is wrong with a distribution by its path', () => {
  expect(() =>
    checkDistribution({ kind: 'lognormal', median: -1, sigma: 1 }, 'targets[0].firstTokenMs'),
  ).toThrow('targets[0].firstTokenMs.median must be a finite number from 0, got -1');
  expect(() => checkDistribution({ kind: 'bimodal', one: 1, other: Number.NaN, share: 0 }, 'x')).toThrow(
    'x.other must be',
  );
  expect(() => checkDistribution({ kind: 'normal' } as unknown as Distribution, 'x')).toThrow(
    'x must be a number or one of uniform',
  );
});
