import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRetryBudget, defaultHedgeBudget } from './retry-budget.ts';

/** How many of `wanted` extra calls are paid for. */
function taken(budget: { take(nowMs: number): boolean }, nowMs: number, wanted: number): number {
  return Array.from({ length: wanted }, () => budget.take(nowMs)).filter(Boolean).length;
}

describe('the retry budget', () => {
  it('lets one request be retried even if there are no others', () => {
    const budget = createRetryBudget();
    budget.request(0);
    expect([budget.has(0), budget.take(0), budget.take(0)]).toEqual([true, true, true]);
  });

  it('is a fifth of the requests of the last ten seconds, and one a second', () => {
    const budget = createRetryBudget();
    for (let request = 0; request < 1_000; request += 1) budget.request(request * 9);
    expect(taken(budget, 8_999, 1_000)).toBe(210);
    expect([budget.has(8_999), budget.take(8_999)]).toEqual([false, false]);
    expect(taken(budget, 19_000, 1_000)).toBe(10);
  });

  it('for hedges is smaller', () => {
    const budget = createRetryBudget(defaultHedgeBudget);
    for (let request = 0; request < 1_000; request += 1) budget.request(0);
    expect(taken(budget, 0, 1_000)).toBe(105);
  });

  it('is never overdrawn, in any traffic', () => {
    const step = fc.record({ passedMs: fc.nat(3_000), requests: fc.nat(20), retries: fc.nat(20) });
    const config = fc.record({
      ratio: fc.constantFrom(0, 0.1, 0.2, 1),
      minPerSecond: fc.constantFrom(0, 0.5, 1, 10),
      windowMs: fc.constantFrom(1_000, 10_000),
    });
    fc.assert(
      fc.property(config, fc.array(step, { maxLength: 80 }), (limits, steps) => {
        const budget = createRetryBudget(limits);
        const requests: number[] = [];
        const retries: number[] = [];
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step.passedMs;
          for (let one = 0; one < step.requests; one += 1) {
            budget.request(nowMs);
            requests.push(nowMs);
          }
          const count = taken(budget, nowMs, step.retries);
          for (let one = 0; one < count; one += 1) retries.push(nowMs);
          // The window is counted in tenths and may be that much shorter.
          const within = (times: readonly number[], ms: number): number =>
            times.filter((at) => at > nowMs - ms).length;
          const most = within(requests, limits.windowMs) * limits.ratio;
          const free = (limits.minPerSecond * limits.windowMs) / 1_000;
          if (count > 0)
            expect(within(retries, limits.windowMs * 0.9)).toBeLessThanOrEqual(most + free + 1e-9);
          if (count < step.retries) expect(budget.has(nowMs)).toBe(false);
        }
      }),
    );
  });
});
