import { expect, it } from 'vitest';
import { seededRandom } from '../random-source.ts';
import { arrivals, checkLoad, type LoadRequest, type OpenLoad } from './load.ts';

function generated(load: OpenLoad): LoadRequest[] {
  return [...arrivals(load, seededRandom(11).next)];
}

function within(requests: readonly LoadRequest[], fromMs: number, untilMs: number): number {
  return requests.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs).length;
}

it('a Poisson load comes at its rate, and ends after its time or its number', () => {
  const requests = generated({ kind: 'poisson', perSecond: 100, durationMs: 60_000 });
  expect(requests.length / 6_000).toBeCloseTo(1, 1);
  expect(requests.at(-1)?.atMs).toBeLessThan(60_000);
  expect(generated({ kind: 'poisson', perSecond: 100, requests: 17 })).toHaveLength(17);
});

it('bursts come at the end of each turn', () => {
  const load = {
    kind: 'bursts',
    perSecond: 10,
    burstPerSecond: 500,
    burstMs: 1_000,
    everyMs: 10_000,
  } as const;
  const requests = generated({ ...load, durationMs: 20_000 });
  expect(within(requests, 0, 9_000) / 90).toBeCloseTo(1, 0);
  expect(within(requests, 9_000, 10_000) / 500).toBeCloseTo(1, 0);
  expect(within(requests, 19_000, 20_000) / 500).toBeCloseTo(1, 0);
});

it('a day has its quiet and its busy hours', () => {
  const requests = generated({
    kind: 'diurnal',
    perSecond: 50,
    swing: 0.8,
    periodMs: 100_000,
    durationMs: 100_000,
  });
  expect(within(requests, 0, 10_000)).toBeLessThan(200);
  expect(within(requests, 45_000, 55_000)).toBeGreaterThan(800);
});

it('requests have what their load says', () => {
  const [one] = generated({
    kind: 'poisson',
    perSecond: 1,
    requests: 1,
    inputChars: { kind: 'uniform', from: 100, to: 200 },
    maxOutputTokens: 50,
    users: 3,
  });
  expect(one?.inputChars).toBeGreaterThanOrEqual(100);
  expect(one?.maxOutputTokens).toBe(50);
  expect(one?.key).toMatch(/^user-[012]$/);
});

it('a recorded load is played as it is, and refused where it is out of order', () => {
  const requests = [
    { atMs: 5, inputChars: 1 },
    { atMs: 4, inputChars: 1 },
  ];
  const played = arrivals({ kind: 'recorded', requests }, () => 0);
  expect(played.next().value).toBe(requests[0]);
  expect(() => played.next()).toThrow('load.requests[1] is at 4 ms, before 5 ms: sort them by atMs');
});

it('refuses a load that would never end', () => {
  expect(() => checkLoad({ kind: 'poisson', perSecond: 1 })).toThrow('load needs requests or durationMs');
});
