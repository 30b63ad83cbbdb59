import { type ChatErrorCode, errorPolicies } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTargetHealth, type HealthAttempt, type TargetHealth } from './target-health.ts';

/** One attempt from its begin to a first token and a good end. */
function answer(health: TargetHealth, startMs: number, firstTokenMs: number, endMs = firstTokenMs): void {
  const attempt = health.begin(startMs);
  attempt.commit(startMs + firstTokenMs);
  attempt.succeed(startMs + endMs);
}

function viewOf(health: TargetHealth, nowMs: number): unknown {
  return {
    inFlight: health.inFlight,
    awaiting: health.awaiting,
    oldestAwaitingAtMs: health.oldestAwaitingAtMs,
    answers: health.answers,
    successRate: health.successRate(nowMs),
    firstTokenMs: health.firstTokenMs(nowMs),
    tokensPerSecond: health.tokensPerSecond(nowMs),
  };
}

describe('a target that was never tried', () => {
  it('looks good, quick and idle', () => {
    expect(viewOf(createTargetHealth(), 5_000)).toEqual({
      inFlight: 0,
      awaiting: 0,
      oldestAwaitingAtMs: Number.POSITIVE_INFINITY,
      answers: 0,
      successRate: 1,
      firstTokenMs: 0,
      tokensPerSecond: 0,
    });
  });
});

describe('the success rate', () => {
  it('falls with a failure, and comes back as the failure ages', () => {
    const health = createTargetHealth();
    health.begin(0).fail(0, 'network');
    expect(health.successRate(0)).toBeCloseTo(2 / 3);
    expect(health.successRate(30_000)).toBeCloseTo(2 / 2.5);
    expect(health.successRate(600_000)).toBeGreaterThan(0.999);
  });

  it('approaches the share of good ends', () => {
    const health = createTargetHealth();
    for (let at = 0; at < 100_000; at += 100) {
      const attempt = health.begin(at);
      if (at % 400 === 0) attempt.fail(at, 'server-error');
      else attempt.succeed(at);
    }
    expect(health.successRate(100_000)).toBeCloseTo(0.75, 1);
  });

  it('counts a failure by its weight: half for an empty answer, nothing for what is no fault of the target', () => {
    const rateAfter = (code: ChatErrorCode, weight?: number): number => {
      const health = createTargetHealth();
      health.begin(0).fail(10, code, weight);
      return health.successRate(10);
    };
    for (const [code, { breakerWeight }] of Object.entries(errorPolicies)) {
      expect(rateAfter(code as ChatErrorCode)).toBeCloseTo(2 / (2 + breakerWeight));
    }
    expect(rateAfter('rate-limited', 1)).toBeCloseTo(2 / 3);
  });
});

describe('the time to the first token', () => {
  it('jumps up at once, and falls back to the usual in about ten seconds', () => {
    const health = createTargetHealth();
    for (let at = 0; at < 60_000; at += 500) answer(health, at, 200);
    expect(health.firstTokenMs(60_000)).toBeCloseTo(200, -1);
    answer(health, 60_000, 4_000);
    expect(health.firstTokenMs(64_000)).toBeCloseTo(4_000);
    for (let at = 64_000; at < 74_000; at += 500) answer(health, at, 200);
    const usualMs = 260;
    expect(health.firstTokenMs(74_000)).toBeGreaterThan(usualMs + 3_740 / Math.E - 150);
    expect(health.firstTokenMs(74_000)).toBeLessThan(usualMs + 3_740 / Math.E + 150);
    for (let at = 74_000; at < 110_000; at += 500) answer(health, at, 200);
    expect(health.firstTokenMs(110_000)).toBeLessThan(320);
  });

  it('stays the usual while the target is only as slow as ever', () => {
    const health = createTargetHealth();
    for (let at = 0; at < 120_000; at += 500) answer(health, at, 200);
    expect(health.firstTokenMs(150_000)).toBeGreaterThan(195);
    expect(health.firstTokenMs(150_000)).toBeLessThan(205);
  });

  it('is remembered while nobody asks, for minutes and not for ever', () => {
    const health = createTargetHealth();
    answer(health, 0, 5_000);
    expect(health.firstTokenMs(35_000)).toBeGreaterThan(4_000);
    expect(health.firstTokenMs(100_000)).toBeGreaterThan(2_000);
    expect(health.firstTokenMs(100_000)).toBeLessThan(3_000);
    expect(health.firstTokenMs(600_000)).toBeLessThan(1);
  });

  it('is at least the wait of the oldest attempt without an answer', () => {
    const health = createTargetHealth();
    const oldest = health.begin(0);
    const second = health.begin(1_000);
    const third = health.begin(2_000);
    expect(health.firstTokenMs(9_000)).toBe(9_000);
    second.abort();
    expect(health.oldestAwaitingAtMs).toBe(0);
    oldest.abort();
    expect(health.firstTokenMs(9_000)).toBe(7_000);
    third.commit(9_000, 10);
    expect(health.firstTokenMs(9_000)).toBeCloseTo(10);
    expect(health.oldestAwaitingAtMs).toBe(Number.POSITIVE_INFINITY);
    expect([health.inFlight, health.awaiting]).toEqual([1, 0]);
  });

  it('learns from an attempt without an answer that it takes at least that long', () => {
    const failing = createTargetHealth();
    failing.begin(0).fail(20_000, 'first-token-timeout');
    expect(failing.firstTokenMs(20_000)).toBe(20_000);

    const slow = createTargetHealth();
    slow.begin(0).loseHedge(3_000);
    expect(slow.firstTokenMs(3_000)).toBe(3_000);
    expect(slow.successRate(3_000)).toBe(1);

    const benched = createTargetHealth();
    benched.begin(0).fail(5_000, 'rate-limited');
    expect(benched.firstTokenMs(5_000)).toBe(0);

    const refused = createTargetHealth();
    answer(refused, 0, 500);
    refused.begin(1_000).fail(1_002, 'network');
    expect(refused.firstTokenMs(1_002)).toBeGreaterThan(450);
  });
});

describe('the speed', () => {
  it('is tokens by the time between the first and the end', () => {
    const health = createTargetHealth();
    const attempt = health.begin(0);
    attempt.commit(5_000);
    attempt.succeed(7_000, 100);
    expect(health.tokensPerSecond(7_000)).toBe(50);
    const quick = health.begin(7_000);
    quick.commit(8_000);
    quick.succeed(10_000, 300);
    expect(health.tokensPerSecond(10_000)).toBeGreaterThan(100);
    expect(health.tokensPerSecond(10_000)).toBeLessThan(110);
    const muchLater = health.begin(310_000);
    muchLater.commit(311_000);
    muchLater.succeed(312_000, 10);
    expect(health.tokensPerSecond(312_000)).toBeLessThan(11);
  });

  it('stays as it is when an answer has no count of tokens', () => {
    const health = createTargetHealth();
    answer(health, 0, 100, 200);
    expect(health.tokensPerSecond(200)).toBe(0);
  });
});

describe('an attempt', () => {
  it("changes nothing when its caller leaves, whenever that is (the design's rule 5)", () => {
    const health = createTargetHealth();
    answer(health, 0, 300);
    const before = viewOf(health, 50_000);
    const waiting = health.begin(400);
    waiting.abort();
    expect(viewOf(health, 50_000)).toEqual(before);
  });

  it('ends once', () => {
    const health = createTargetHealth();
    const attempt = health.begin(0);
    attempt.succeed(100);
    attempt.fail(200, 'network');
    attempt.loseHedge(300);
    attempt.abort();
    attempt.commit(400);
    expect(viewOf(health, 400)).toMatchObject({ inFlight: 0, awaiting: 0, answers: 0, successRate: 1 });
  });

  const step = fc.record({
    what: fc.constantFrom('begin', 'commit', 'succeed', 'fail', 'abort', 'lose'),
    which: fc.nat(9),
    passedMs: fc.integer({ min: -50, max: 20_000 }),
  });

  it('keeps the numbers within their bounds, in any order of events and with any clock', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const health = createTargetHealth();
        const attempts: { attempt: HealthAttempt; phase: 'waiting' | 'answering' | 'ended' }[] = [];
        let nowMs = 1_000;
        for (const { what, which, passedMs } of steps) {
          nowMs += passedMs;
          const one = attempts[which];
          if (what === 'begin') attempts.push({ attempt: health.begin(nowMs), phase: 'waiting' });
          else if (one && what === 'commit') {
            one.attempt.commit(nowMs);
            if (one.phase === 'waiting') {
              one.phase = 'answering';
              expect(health.firstTokenMs(nowMs)).toBeGreaterThanOrEqual(
                nowMs - one.attempt.startedAtMs - 1e-6,
              );
            }
          } else if (one) {
            if (what === 'succeed') one.attempt.succeed(nowMs, 40);
            if (what === 'fail') one.attempt.fail(nowMs, 'empty-response');
            if (what === 'abort') one.attempt.abort();
            if (what === 'lose') one.attempt.loseHedge(nowMs);
            one.phase = 'ended';
          }
          const waiting = attempts.filter(({ phase }) => phase === 'waiting');
          expect(health.awaiting).toBe(waiting.length);
          expect(health.inFlight).toBe(attempts.filter(({ phase }) => phase !== 'ended').length);
          expect(health.oldestAwaitingAtMs).toBe(waiting[0]?.attempt.startedAtMs ?? Number.POSITIVE_INFINITY);
          expect(health.successRate(nowMs)).toBeGreaterThan(0);
          expect(health.successRate(nowMs)).toBeLessThanOrEqual(1);
          expect(health.firstTokenMs(nowMs)).toBeGreaterThanOrEqual(0);
          expect(health.firstTokenMs(nowMs)).toBeLessThan(Number.POSITIVE_INFINITY);
          expect(health.tokensPerSecond(nowMs)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
