import { describe, expect, it } from 'vitest';
import type { SimulationReport } from '../simulation-report.ts';
import { recoveryOf } from './recovery.ts';
import {
  hedging,
  outage,
  outageUntilMs,
  rateLimit,
  slowTarget,
  storm,
  stormPerSecond,
  troubled,
} from './scenarios.ts';

/** Another one than that of the published figures: what is claimed holds beyond it. */
const seed = 2;

/** Thousands of requests each; alone they take a fraction of a second. */
const patienceMs = 60_000;

function nothingLeft({ leftOver }: SimulationReport): void {
  expect(leftOver).toEqual({ timers: 0, inFlight: 0, waiting: 0 });
}

it('one slow target of five: latency and balanced have a third of the p99 of round-robin and weighted', {
  timeout: patienceMs,
}, async () => {
  const p99 = async (strategy: Parameters<typeof slowTarget>[0]): Promise<number> => {
    const report = await slowTarget(strategy, seed);
    nothingLeft(report);
    return report.firstTokenMs.p99;
  };
  const worse = Math.min(await p99('round-robin'), await p99('weighted'));
  expect(await p99('latency')).toBeLessThan(worse / 3);
  expect(await p99('balanced')).toBeLessThan(worse / 3);
});

describe.each(['refused', 'unreachable', 'silent'] as const)('an outage of one target, %s', (how) => {
  it.each(['round-robin', 'balanced'] as const)(
    'by %s costs less than a hundredth of the requests, and less than a fifth in extra calls',
    { timeout: patienceMs },
    async (strategy) => {
      const report = await outage(strategy, how, { seed });
      nothingLeft(report);
      expect(1 - report.successRate).toBeLessThan(0.01);
      // What fails are answers that had begun: nothing else can be lost.
      expect(report.requests - report.succeeded).toBe(report.brokenOff);
      expect(report.attempts.extraShare).toBeLessThan(0.2);
      expect(report.targets[troubled]?.breaker.mostProbesAtOnce).toBeLessThanOrEqual(1);
    },
  );
});

it("with resume: 'continue' an outage of one target fails no request", { timeout: patienceMs }, async () => {
  const report = await outage('balanced', 'refused', { seed, resume: 'continue' });
  nothingLeft(report);
  expect(report.failed).toEqual({});
});

it.each(['round-robin', 'latency', 'balanced'] as const)(
  'by %s a target is back within two probe periods, and no herd runs to it',
  { timeout: patienceMs },
  async (strategy) => {
    const { afterMs, periodMs, share, peakShare } = recoveryOf(
      await outage(strategy, 'refused', { seed }),
      troubled,
      outageUntilMs,
    );
    expect(afterMs).toBeLessThan(2 * periodMs);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.3);
    expect(peakShare).toBeLessThan(0.5);
  },
);

it('a rate-limited target is left alone for as long as it asked, and not much longer', {
  timeout: patienceMs,
}, async () => {
  const report = await rateLimit(seed);
  const target = report.targets[troubled];
  expect(report.successRate).toBe(1);
  expect(target?.failed['rate-limited']).toBeGreaterThan(0);
  expect(target?.retryAfter?.early).toBe(0);
  expect(target?.retryAfter?.latestReturnMs).toBeLessThan(1_000);
});

it('hedging halves the p99 at least, within its budget of 10 %', { timeout: patienceMs }, async () => {
  const without = await hedging(undefined, seed);
  const with95 = await hedging('p95', seed);
  nothingLeft(with95);
  expect(with95.firstTokenMs.p99).toBeLessThan(without.firstTokenMs.p99 / 2);
  expect(with95.hedges.begun / with95.requests).toBeLessThan(0.1 + 0.5 / 50);
  expect(with95.attempts.extraShare).toBe(with95.hedges.begun / with95.requests);
});

describe('where every target fails', () => {
  it('one call in ten, nearly every request is answered and no breaker opens', {
    timeout: patienceMs,
  }, async () => {
    const report = await storm(0.1, 'default', seed);
    expect(report.successRate).toBeGreaterThan(0.995);
    expect(report.targets.map(({ breaker }) => breaker.openings)).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([0.3, 0.5])(
    'a share of %d of its calls, extra calls stay at a fifth of the requests and one a second',
    { timeout: patienceMs },
    async (share) => {
      const report = await storm(share, 'default', seed);
      nothingLeft(report);
      expect(report.attempts.extraShare).toBeLessThanOrEqual(0.2 + 1.2 / stormPerSecond);
    },
  );
});
