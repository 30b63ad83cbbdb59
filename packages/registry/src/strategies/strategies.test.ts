import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balanced } from './balanced.ts';
import { strategiesByName } from './by-name.ts';
import { canary } from './canary.ts';
import { cost } from './cost.ts';
import { latency } from './latency.ts';
import { leastBusy } from './least-busy.ts';
import { ordered } from './ordered.ts';
import type { RankInput, Strategy } from './rank.ts';
import { roundRobin } from './round-robin.ts';
import { sticky } from './sticky.ts';
import { input, seeded, target } from './strategies.fixture.ts';
import { weighted } from './weighted.ts';

const ids = (strategy: Strategy, given: RankInput): string[] =>
  strategy(given).map(({ target: { id } }) => id);

/** How often each target is first, in so many rankings. */
function firsts(strategy: Strategy, given: RankInput, draws = 4000): { [id: string]: number } {
  const counts: { [id: string]: number } = {};
  for (let sequence = 0; sequence < draws; sequence += 1) {
    const [first] = strategy({ ...given, sequence });
    if (first) counts[first.target.id] = (counts[first.target.id] ?? 0) + 1;
  }
  return counts;
}

const every: readonly (readonly [string, Strategy])[] = [
  ...Object.entries(strategiesByName),
  ['sticky', sticky(balanced)],
  ['canary', canary(balanced, { target: 't0', share: 0.5 })],
];

describe.each(every)('%s', (_name, strategy) => {
  it('names each target at most once, fills the places it can, and repeats itself from the same seed', () => {
    const anyTarget = fc.record({
      weight: fc.constantFrom(0, 0.5, 1, 10),
      price: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
      inFlight: fc.nat(20),
      awaiting: fc.nat(20),
      good: fc.double({ min: 0, max: 1, noNaN: true }),
      firstTokenMs: fc.nat(5000),
    });
    fc.assert(
      fc.property(
        fc.array(anyTarget, { maxLength: 20 }),
        fc.integer({ min: 1, max: 25 }),
        fc.nat(),
        fc.option(fc.string(), { nil: undefined }),
        (fakes, places, seed, key) => {
          const targets = fakes.map(({ price, ...fake }, index) =>
            target(`t${index}`, price === undefined ? fake : { ...fake, price }),
          );
          const rank = () => strategy(input(targets, { places, random: seeded(seed), sequence: seed, key }));
          const ranked = rank();
          expect(new Set(ranked.map(({ target: { id } }) => id)).size).toBe(ranked.length);
          expect(ranked).toHaveLength(Math.min(places, targets.length));
          for (const { reason } of ranked) expect(reason).not.toBe('');
          expect(rank()).toEqual(ranked);
        },
      ),
    );
  });
});

it('ordered keeps the order of the configuration', () => {
  expect(ids(ordered, input([target('a'), target('b', { good: 0 }), target('c')]))).toEqual(['a', 'b', 'c']);
});

it('round-robin gives each its turn', () => {
  const targets = [target('a'), target('b'), target('c')];
  expect(ids(roundRobin, input(targets, { sequence: 4 }))).toEqual(['b', 'c', 'a']);
  expect(firsts(roundRobin, input(targets), 300)).toEqual({ a: 100, b: 100, c: 100 });
});

it('weighted draws in proportion, and takes weight 0 only when nothing else is left', () => {
  const targets = [target('a', { weight: 3 }), target('b', { weight: 1 }), target('never', { weight: 0 })];
  const counts = firsts(weighted, input(targets));
  expect(counts.a).toBeGreaterThan(2850);
  expect(counts.a).toBeLessThan(3150);
  expect(counts.never).toBeUndefined();
  expect(ids(weighted, input(targets)).at(-1)).toBe('never');
});

it('least-busy avoids the busiest of three always', () => {
  const targets = [target('a', { inFlight: 9 }), target('b'), target('c', { inFlight: 1 })];
  expect(firsts(leastBusy, input(targets)).a).toBeUndefined();
});

describe('latency', () => {
  it('never begins with the slowest, and counts who already waits there, not who reads its answer', () => {
    const targets = [
      target('slow', { firstTokenMs: 1000 }),
      target('fast', { firstTokenMs: 100, inFlight: 100 }),
      target('queued', { firstTokenMs: 100, inFlight: 30, awaiting: 30 }),
    ];
    const counts = firsts(latency, input(targets));
    expect(Object.keys(counts).sort()).toEqual(['fast', 'slow']);
    expect(counts.fast).toBeGreaterThan(counts.slow ?? 0);
  });

  it('tries what was never tried', () => {
    expect(ids(latency, input([target('known'), target('new', { firstTokenMs: 0 })]))[0]).toBe('new');
  });

  it('shares equals evenly: no herd', () => {
    const targets = Array.from({ length: 5 }, (_, index) => target(`t${index}`));
    for (const count of Object.values(firsts(latency, input(targets), 5000))) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1150);
    }
  });
});

it('cost takes the cheapest, then the less busy, and an unknown price last', () => {
  const targets = [
    target('unknown'),
    target('dear', { price: 9 }),
    target('busy', { price: 1, inFlight: 3 }),
    target('cheap', { price: 1 }),
  ];
  expect(ids(cost, input(targets))).toEqual(['cheap', 'busy', 'dear', 'unknown']);
});

it('balanced weighs reliability above a little speed, and says so', () => {
  const targets = [target('shaky', { good: 0.5, firstTokenMs: 80 }), target('solid', { firstTokenMs: 120 })];
  const [first] = balanced(input(targets));
  expect(first?.target.id).toBe('solid');
  expect(first?.reason).toBe(
    'first token in about 120 ms, 100 % good, 0 waiting; better than shaky (first token in about 80 ms, 50 % good, 0 waiting)',
  );
});

describe('sticky', () => {
  const targets = Array.from({ length: 8 }, (_, index) => target(`t${index}`));
  const home = (key: string, among = targets): string =>
    ids(sticky(balanced), input(among, { key }))[0] as string;

  it('keeps a key at its target, whatever the seed says, and spreads keys evenly', () => {
    expect(home('user-7')).toBe(
      ids(sticky(balanced), input(targets, { key: 'user-7', random: seeded(99) }))[0],
    );
    const counts: { [id: string]: number } = {};
    for (let user = 0; user < 8000; user += 1)
      counts[home(`user-${user}`)] = (counts[home(`user-${user}`)] ?? 0) + 1;
    for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('moves only the keys of a target that goes', () => {
    const without = targets.filter(({ id }) => id !== 't3');
    for (let user = 0; user < 500; user += 1) {
      const before = home(`user-${user}`);
      if (before !== 't3') expect(home(`user-${user}`, without)).toBe(before);
    }
  });
});

describe('canary', () => {
  const targets = [target('old-1'), target('old-2'), target('new')];

  it('gets its share, and is the last resort of the others', () => {
    const strategy = canary(balanced, { target: 'new', share: 0.1 });
    const counts = firsts(strategy, input(targets), 10_000);
    expect(counts.new).toBeGreaterThan(900);
    expect(counts.new).toBeLessThan(1100);
    const other = strategy(input(targets, { random: () => 0.99 }));
    expect(other.at(-1)?.target.id).toBe('new');
  });

  it('keeps a user on one side', () => {
    const strategy = canary(balanced, { target: 'new', share: 0.5 });
    const side = (seed: number): boolean =>
      ids(strategy, input(targets, { key: 'user-1', random: seeded(seed) }))[0] === 'new';
    expect(new Set([1, 2, 3, 4, 5].map(side)).size).toBe(1);
  });
});
