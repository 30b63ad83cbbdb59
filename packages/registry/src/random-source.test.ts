import { complete } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, fakeProvider } from './fake-provider.fixture.ts';
import { foreignRandom, type RandomSource, seededRandom } from './random-source.ts';

/** Numbers that never repeat, from a generator that nobody but its owner can look ahead in. */
function counting(): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return (drawn * 0.6180339887) % 1;
  };
}

const draw = (next: () => number, times: number): number[] => Array.from({ length: times }, () => next());

describe.each<[string, () => RandomSource]>([
  ['a seed', () => seededRandom(7)],
  ['a generator of one’s own', () => foreignRandom(counting())],
])('numbers from %s', (_source, create) => {
  it('are the same for who looks ahead and for who takes them, however often one looks', () => {
    const looked = create();
    const untouched = create();
    const all = draw(untouched.next, 30);
    expect(draw(looked.peek(), 4)).toEqual(all.slice(0, 4));
    expect(draw(looked.next, 2)).toEqual(all.slice(0, 2));
    expect(draw(looked.peek(), 8)).toEqual(all.slice(2, 10));
    expect(draw(looked.peek(), 1)).toEqual(all.slice(2, 3));
    expect(draw(looked.next, 28)).toEqual(all.slice(2));
  });
});

describe('a generator that gives what it must not', () => {
  it.each([1, 7, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined])(
    '%s: the numbers stay from 0 to below 1, and requests are served',
    async (wrong) => {
      const random = (): number => wrong as number;
      for (const number of draw(foreignRandom(random).next, 3)) {
        expect(number).toBeGreaterThanOrEqual(0);
        expect(number).toBeLessThan(1);
      }
      const targets = ['a', 'b', 'c'];
      for (const strategy of ['balanced', 'latency', 'least-busy', 'weighted', 'round-robin'] as const) {
        const registry = createRegistry({
          random,
          strategy,
          providers: targets.map((id) => fakeProvider(id)),
          default: targets,
        });
        expect(registry.plan(ask).plan).toHaveLength(3);
        expect((await complete(registry, ask)).route?.attempts).toHaveLength(1);
      }
    },
  );
});
