import { expect, it } from 'vitest';
import type { RankInput, RankTarget } from '../strategies/rank.ts';
import { roundRobin } from '../strategies/round-robin.ts';
import { fallbackStrategy } from './fallback-strategy.ts';

const target = (id: string): RankTarget => ({
  id,
  provider: id,
  weight: 1,
  costPerMillionTokens: undefined,
  inFlight: 0,
  awaiting: 0,
  successRate: () => 1,
  firstTokenMs: () => 0,
  tokensPerSecond: () => 0,
});

const inputOf = (ids: string, places: number): RankInput => ({
  targets: [...ids].map(target),
  places,
  nowMs: 0,
  random: () => 0.5,
  sequence: 1,
  inputChars: 10,
});

const strategy = fallbackStrategy(roundRobin, 'round-robin', (id) => 'xy'.includes(id));
const order = (ids: string, places: number): string =>
  strategy(inputOf(ids, places))
    .map((ranked) => ranked.target.id)
    .join('');

it.each<[string, number, string]>([
  ['abxy', 4, 'baxy'],
  ['axby', 4, 'baxy'],
  ['abxy', 3, 'bax'],
  ['abxy', 1, 'b'],
  ['xy', 2, 'xy'],
  ['ab', 2, 'ba'],
  ['', 2, ''],
])('of %s for %i places the fallbacks come last, in their own order: %s', (ids, places, expected) => {
  expect(order(ids, places)).toBe(expected);
});

it('says why, and what it is called', () => {
  expect(strategy.name).toBe('round-robin, then fallback');
  expect(strategy(inputOf('ax', 2))[1]?.reason).toBe('fallback: after all others');
  expect(strategy(inputOf('x', 2))[0]?.reason).toBe('fallback: no other target is left');
});
