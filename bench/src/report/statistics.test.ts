import { expect, test } from 'vitest';
import { difference, median, pairwise, quantile, ratio, spreadOf } from './statistics.ts';

test('the median of an odd number of values is the middle one, whatever their order', () => {
  expect(median([9, 1, 5])).toBe(5);
});

test('the median of an even number of values lies between the middle two', () => {
  expect(median([4, 1, 2, 9])).toBe(3);
});

test('numbers are sorted as numbers', () => {
  expect(median([100, 20, 3])).toBe(20);
});

test('a quantile lies between its neighbours in proportion', () => {
  expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9);
  expect(quantile([7], 0.99)).toBe(7);
});

test('without values there is no median', () => {
  expect(() => median([])).toThrow(RangeError);
});

test('a spread has the least and the most, and leaves the values alone', () => {
  const values = [3, 1, 2];
  expect(spreadOf(values)).toEqual({ median: 2, least: 1, most: 3 });
  expect(values).toEqual([3, 1, 2]);
});

test('a ratio is taken round by round, so that a round in which all were slow says nothing', () => {
  expect(pairwise([2, 20, 6], [1, 10, 3], ratio)).toEqual({ median: 2, least: 2, most: 2 });
});

test('a difference is taken round by round', () => {
  expect(pairwise([5, 25], [3, 20], difference)).toEqual({ median: 3.5, least: 2, most: 5 });
});

test('rounds that have no partner are an error', () => {
  expect(() => pairwise([1, 2], [1], ratio)).toThrow('2 rounds cannot be paired with 1');
});
