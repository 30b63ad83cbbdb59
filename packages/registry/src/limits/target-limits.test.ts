import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTargetLimits, estimateTokens, type LimitsConfig, type Permit } from './target-limits.ts';

describe('concurrency', () => {
  it('is a number of slots, each given back once however often it is released', () => {
    const limits = createTargetLimits('a', { concurrency: 2 });
    const first = limits.acquire(0, 0) as Permit;
    const second = limits.acquire(0, 0) as Permit;
    expect([limits.acquire(0, 0), limits.inUse]).toEqual([undefined, 2]);
    expect(limits.refusal(0, 0)).toBe('2 of 2 slots are taken');
    first.release(100);
    first.release(200);
    first.cancel();
    expect(limits.inUse).toBe(1);
    second.cancel();
    second.release(300);
    expect(limits.inUse).toBe(0);
    expect([limits.waitMs(300, 0), limits.refusal(300, 0)]).toEqual([0, undefined]);
  });

  it('tells how long a free slot is expected to take, by how long slots were held', () => {
    const limits = createTargetLimits('a', { concurrency: 2 });
    for (let at = 0; at < 40; at += 1) limits.acquire(at * 8_000, 0)?.release((at + 1) * 8_000);
    limits.acquire(400_000, 0);
    limits.acquire(400_000, 0);
    expect(limits.waitMs(400_000, 0)).toBeGreaterThan(3_900);
    expect(limits.waitMs(400_000, 0)).toBeLessThanOrEqual(4_000);
  });
});

describe('requests a minute', () => {
  it('says when the next one may begin, and it may then', () => {
    const limits = createTargetLimits('a', { requestsPerMinute: 2 });
    for (const at of [0, 20_000]) limits.acquire(at, 0)?.release(at + 1);
    expect(limits.acquire(20_500, 0)).toBeUndefined();
    expect(limits.waitMs(20_500, 0)).toBe(42_500);
    expect(limits.refusal(20_500, 0)).toBe('2 requests a minute are used up for another 43 s');
    expect(limits.acquire(62_999, 0)).toBeUndefined();
    expect(limits.acquire(63_000, 0)).toBeDefined();
  });

  it('does not count what was never sent', () => {
    const limits = createTargetLimits('a', { requestsPerMinute: 1, tokensPerMinute: 100 });
    limits.acquire(0, 60)?.cancel();
    expect(limits.acquire(0, 60)).toBeDefined();
  });
});

describe('tokens a minute', () => {
  it('are estimated at first, and settled by what was really used', () => {
    const limits = createTargetLimits('a', { tokensPerMinute: 1_000 });
    const first = limits.acquire(0, 600) as Permit;
    expect(limits.refusal(0, 600)).toBe('1000 tokens a minute leave no room for 600 for another 63 s');
    first.release(1_000, 100);
    const second = limits.acquire(1_000, 600) as Permit;
    second.release(30_000, 1_500);
    expect(limits.waitMs(30_000, 100)).toBe(33_000);
    expect(limits.waitMs(30_000, 101)).toBe(63_000);
    expect(limits.waitMs(93_000, 101)).toBe(0);
  });

  it('let one attempt begin that is estimated above the whole limit, when nothing else counts', () => {
    const limits = createTargetLimits('a', { tokensPerMinute: 1_000 });
    const large = limits.acquire(0, 5_000);
    expect(large).toBeDefined();
    expect(limits.acquire(0, 5_000)).toBeUndefined();
    expect(limits.waitMs(0, 5_000)).toBe(63_000);
    large?.release(1, 0);
    expect(limits.waitMs(1, 5_000)).toBe(0);
  });

  it('keep the estimate where the upstream does not count', () => {
    const limits = createTargetLimits('a', { tokensPerMinute: 100 });
    limits.acquire(0, 60)?.release(10);
    expect(limits.waitMs(10, 50)).toBe(62_990);
  });
});

describe('other processes', () => {
  it('are told requests as they begin and tokens as they are settled, and count here too', () => {
    const told: unknown[] = [];
    const settings = { onUse: (...use: unknown[]) => told.push(use) };
    const limits = createTargetLimits('a', { requestsPerMinute: 2, tokensPerMinute: 100 }, settings);
    limits.acquire(5, 60)?.release(10, 40);
    expect(told).toEqual([
      ['a', 1, 0, 5],
      ['a', 0, 40, 10],
    ]);
    limits.addRemote(10, 1, 0);
    expect(limits.refusal(10, 0)).toContain('2 requests a minute');
    limits.addRemote(10, 0, 500);
    expect(limits.waitMs(10, 1)).toBe(62_990);
    createTargetLimits('b', { concurrency: 1 }, settings).acquire(0, 5)?.release(1);
    expect(told).toHaveLength(2);
  });
});

describe('no limit', () => {
  it('counts what is in use and refuses nothing', () => {
    const limits = createTargetLimits('a', {});
    for (let time = 0; time < 1_000; time += 1) expect(limits.acquire(0, 1e6)).toBeDefined();
    expect([limits.inUse, limits.waitMs(0, 1e9)]).toEqual([1_000, 0]);
  });
});

describe('any load', () => {
  const step = fc.record({
    passedMs: fc.oneof(fc.nat(2_000), fc.nat(50_000)),
    tokens: fc.nat(400),
    ends: fc.constantFrom('never', 'now', 'cancelled'),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const config: fc.Arbitrary<LimitsConfig> = fc.record(
    {
      concurrency: fc.integer({ min: 1, max: 5 }),
      requestsPerMinute: fc.integer({ min: 1, max: 8 }),
      tokensPerMinute: fc.integer({ min: 1, max: 900 }),
    },
    { requiredKeys: [] },
  );

  it('keeps all limits in any 60 seconds, and the wait that is told is long enough and not too long', () => {
    fc.assert(
      fc.property(config, fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const limits = createTargetLimits('a', limit);
        const counted: { atMs: number; tokens: number }[] = [];
        const held: Permit[] = [];
        let nowMs = 0;
        for (const { passedMs, tokens, ends, used } of steps) {
          nowMs += passedMs;
          const waitMs = limits.waitMs(nowMs, tokens);
          expect(limits.refusal(nowMs, tokens) === undefined).toBe(waitMs === 0);
          const permit = limits.acquire(nowMs, tokens);
          expect(permit !== undefined).toBe(waitMs === 0);
          expect(waitMs).toBeLessThanOrEqual(63_000);
          if (!permit) {
            held.pop()?.release(nowMs);
            continue;
          }
          if (ends === 'never') held.push(permit);
          if (ends === 'now') permit.release(nowMs, Math.floor(tokens * used));
          if (ends === 'cancelled') permit.cancel();
          else counted.push({ atMs: nowMs, tokens: ends === 'now' ? Math.floor(tokens * used) : tokens });

          expect(limits.inUse).toBe(held.length);
          expect(limits.inUse).toBeLessThanOrEqual(limit.concurrency ?? Number.POSITIVE_INFINITY);
          const lately = counted.filter(({ atMs }) => atMs > nowMs - 60_000);
          expect(lately.length).toBeLessThanOrEqual(limit.requestsPerMinute ?? Number.POSITIVE_INFINITY);
          const sum = lately.reduce((total, one) => total + one.tokens, 0);
          const largest = Math.max(0, ...lately.map((one) => one.tokens));
          expect(sum).toBeLessThanOrEqual(
            Math.max(largest, limit.tokensPerMinute ?? Number.POSITIVE_INFINITY),
          );
        }
      }),
    );
  });
});

describe('the estimate of tokens', () => {
  it.each([
    [0, undefined, 0],
    [1, undefined, 1],
    [400, undefined, 100],
    [400, 256, 356],
  ])('of %d characters and %s to come is %d', (chars, output, tokens) => {
    expect(estimateTokens(chars, output)).toBe(tokens);
  });
});
