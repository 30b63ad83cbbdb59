import { type ChatErrorCode, errorPolicies, longestRetryAfterMs } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cooldown, type CooldownKeys, createCooldowns } from './cooldowns.ts';

const falcon: CooldownKeys = {
  provider: 'h2o',
  credential: 'h2o/H2O_KEY',
  model: 'h2o:falcon',
  target: 'h2o:falcon',
};
const llama: CooldownKeys = { ...falcon, model: 'h2o:llama', target: 'h2o:llama' };
const elsewhere: CooldownKeys = {
  provider: 'ylokh',
  credential: 'ylokh/YLOKH_KEY',
  model: 'ylokh:falcon',
  target: 'ylokh:falcon',
};

const seconds = 1_000;
const minutes = 60 * seconds;

describe('a failure cools what its row in the error table names', () => {
  /** Code, and for how long the same target, another model of the provider, and another provider are out. */
  const rows: readonly (readonly [ChatErrorCode, number, number, number])[] = [
    ['auth', 5 * minutes, 5 * minutes, 0],
    ['payment-required', 60 * minutes, 60 * minutes, 0],
    ['model-not-found', 10 * minutes, 0, 0],
    ['rate-limited', 5 * seconds, 0, 0],
    ['blocked', 10 * minutes, 10 * minutes, 0],
  ];
  const others = (Object.keys(errorPolicies) as ChatErrorCode[]).filter(
    (code) => !rows.some(([named]) => named === code),
  );

  it.each([...rows, ...others.map((code) => [code, 0, 0, 0] as const)])(
    '%s',
    (code, same, sibling, other) => {
      const cooldowns = createCooldowns();
      cooldowns.record(falcon, code, 1_000);
      const leftFor = (keys: CooldownKeys): number => {
        const blocking = cooldowns.blocking(keys, 1_000);
        return blocking ? blocking.untilMs - 1_000 : 0;
      };
      expect([falcon, llama, elsewhere].map(leftFor)).toEqual([same, sibling, other]);
      if (same > 0) {
        expect(cooldowns.blocking(falcon, 1_000)).toMatchObject({ code, sinceMs: 1_000 });
        expect(cooldowns.blocking(falcon, 1_000 + same - 1)).toBeDefined();
        expect(cooldowns.blocking(falcon, 1_000 + same)).toBeUndefined();
      }
    },
  );

  it('and of several the longest tells why', () => {
    const cooldowns = createCooldowns();
    cooldowns.record(falcon, 'rate-limited', 0);
    cooldowns.record(falcon, 'blocked', 0);
    cooldowns.record(falcon, 'auth', 0);
    expect(cooldowns.blocking(falcon, 0)).toMatchObject({ scope: 'provider', code: 'blocked' });
    expect(cooldowns.running(0).map(({ scope, key }) => `${scope} ${key}`)).toEqual([
      'provider h2o',
      'credential h2o/H2O_KEY',
      'target h2o:falcon',
    ]);
    expect(cooldowns.running(6 * minutes)).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  it('is obeyed instead of the time in the table, shorter or longer, up to a day', () => {
    for (const [asked, held] of [
      [1_500, 1_500],
      [40 * minutes, 40 * minutes],
      [1e12, longestRetryAfterMs],
    ] as const) {
      const cooldowns = createCooldowns();
      cooldowns.record(falcon, 'rate-limited', 0, asked);
      expect(cooldowns.untilMs('target', falcon.target, 0)).toBe(held);
    }
  });

  it('of nothing is no time: the table holds', () => {
    const cooldowns = createCooldowns();
    cooldowns.record(falcon, 'rate-limited', 0, 0);
    expect(cooldowns.untilMs('target', falcon.target, 0)).toBe(5 * seconds);
  });

  it('starts the doubling anew: who says when to come back is not second-guessed', () => {
    const cooldowns = createCooldowns();
    for (const at of [0, 5_000, 15_000]) cooldowns.record(falcon, 'rate-limited', at);
    cooldowns.record(falcon, 'rate-limited', 30_000, 60_000);
    expect(cooldowns.record(falcon, 'rate-limited', 89_000)?.untilMs).toBe(94_000);
  });

  it('cools a target that is overloaded and says until when', () => {
    const cooldowns = createCooldowns();
    expect(cooldowns.record(falcon, 'overloaded', 0)).toBeUndefined();
    expect(cooldowns.record(falcon, 'overloaded', 0, 30 * seconds)).toMatchObject({
      scope: 'target',
      untilMs: 30 * seconds,
    });
    expect(cooldowns.record(falcon, 'invalid-request', 0, 30 * seconds)).toBeUndefined();
  });
});

describe('a repetition', () => {
  function untilAfter(times: readonly number[]): number[] {
    const cooldowns = createCooldowns();
    return times.map((at) => cooldowns.record(falcon, 'rate-limited', at)?.untilMs ?? 0);
  }

  it('doubles the time, up to the longest of the table', () => {
    const cooldowns = createCooldowns();
    const lengths: number[] = [];
    let at = 0;
    for (let time = 0; time < 9; time += 1) {
      const untilMs = cooldowns.record(falcon, 'rate-limited', at)?.untilMs ?? 0;
      lengths.push((untilMs - at) / seconds);
      at = untilMs;
    }
    expect(lengths).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('is not what was under way when the cooling began: that only keeps it going', () => {
    expect(untilAfter([0, 100, 200, 300, 4_000])).toEqual([5_000, 5_100, 5_200, 5_300, 9_000]);
  });

  it('is none after a quiet time of twice the last', () => {
    expect(untilAfter([0, 14_999])).toEqual([5_000, 24_999]);
    expect(untilAfter([0, 15_000])).toEqual([5_000, 20_000]);
  });

  it('is none after a success', () => {
    const cooldowns = createCooldowns();
    cooldowns.record(falcon, 'rate-limited', 0);
    cooldowns.succeeded(falcon, 4_000);
    expect(cooldowns.blocking(falcon, 4_000)).toBeDefined();
    cooldowns.succeeded(falcon, 5_000);
    expect(cooldowns.size).toBe(0);
    expect(cooldowns.record(falcon, 'rate-limited', 6_000)?.untilMs).toBe(11_000);
  });

  it('is none of a failure of another kind', () => {
    const cooldowns = createCooldowns();
    cooldowns.cool('credential', 'k', 'rate-limited', 0);
    expect(cooldowns.cool('credential', 'k', 'auth', 6_000)?.untilMs).toBe(6_000 + 5 * minutes);
  });
});

describe('any sequence of failures, successes and news', () => {
  const scopes = ['provider', 'credential', 'model', 'target'] as const;
  const event = fc.record({
    what: fc.constantFrom('fail', 'fail', 'succeed', 'merge'),
    key: fc.constantFrom('a', 'b', 'c'),
    scope: fc.constantFrom(...scopes),
    code: fc.constantFrom(...(Object.keys(errorPolicies) as ChatErrorCode[])),
    retryAfterMs: fc.option(fc.oneof(fc.nat(100_000), fc.constant(1e15)), { nil: undefined }),
    passedMs: fc.oneof(fc.nat(2_000), fc.nat(4_000_000)),
  });

  it('never shortens a cooldown, holds none for longer than a day, and reports each that it sets', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const told: Cooldown[] = [];
        const cooldowns = createCooldowns({ onCool: (cooldown) => told.push({ ...cooldown }) });
        let nowMs = 0;
        for (const { what, key, scope, code, retryAfterMs, passedMs } of events) {
          nowMs += passedMs;
          const before = cooldowns.running(nowMs);
          const toldBefore = told.length;
          if (what === 'fail') cooldowns.cool(scope, key, code, nowMs, retryAfterMs);
          if (what === 'succeed') cooldowns.forgive(scope, key, nowMs);
          if (what === 'merge') {
            cooldowns.merge({ scope, key, code, untilMs: nowMs + (retryAfterMs ?? -5) }, nowMs);
          }
          for (const one of before) {
            expect(cooldowns.untilMs(one.scope, one.key, nowMs)).toBeGreaterThanOrEqual(one.untilMs);
          }
          for (const one of cooldowns.running(nowMs)) {
            expect(one.untilMs - nowMs).toBeLessThanOrEqual(longestRetryAfterMs);
          }
          const changed = cooldowns.untilMs(scope, key, nowMs) !== untilOf(before, scope, key);
          expect(told.length - toldBefore).toBe(changed && what === 'fail' ? 1 : 0);
        }
      }),
    );
  });

  function untilOf(list: readonly Cooldown[], scope: string, key: string): number {
    return list.find((one) => one.scope === scope && one.key === key)?.untilMs ?? 0;
  }
});

describe('news from another process', () => {
  it('cools here too, by the later end, and is not reported back', () => {
    const told: Cooldown[] = [];
    const cooldowns = createCooldowns({ onCool: (cooldown) => told.push({ ...cooldown }) });
    const news = { scope: 'target', key: falcon.target, code: 'rate-limited', untilMs: 9_000 } as const;
    expect(cooldowns.merge(news, 1_000)).toBe(true);
    expect(cooldowns.blocking(falcon, 1_000)).toMatchObject({ code: 'rate-limited', untilMs: 9_000 });
    expect(cooldowns.merge({ ...news, untilMs: 8_000 }, 1_000)).toBe(false);
    expect(cooldowns.merge({ ...news, untilMs: Number.NaN }, 1_000)).toBe(false);
    expect(cooldowns.merge(news, 10_000)).toBe(false);
    expect(told).toEqual([]);
  });

  it('is not taken for something that is over when room is made', () => {
    const cooldowns = createCooldowns({ maxEntries: 10 });
    cooldowns.merge({ scope: 'target', key: 'told', code: 'rate-limited', untilMs: 90_000 }, 0);
    for (let index = 0; index < 10; index += 1) cooldowns.cool('model', `own${index}`, 'rate-limited', 0);
    expect(cooldowns.untilMs('target', 'told', 0)).toBe(90_000);
  });
});

describe('memory', () => {
  it('is bounded: what is over goes first, then the oldest news, never the newest', () => {
    const cooldowns = createCooldowns({ maxEntries: 100 });
    for (let index = 0; index < 50; index += 1) cooldowns.cool('target', `short${index}`, 'rate-limited', 0);
    for (let index = 0; index < 60; index += 1)
      cooldowns.cool('model', `long${index}`, 'model-not-found', 60_000);
    expect(cooldowns.size).toBe(60);
    for (let index = 60; index < 10_000; index += 1) {
      cooldowns.cool('model', `long${index}`, 'model-not-found', 60_000);
      cooldowns.cool('model', 'long59', 'rate-limited', 60_000);
      expect(cooldowns.size).toBeLessThanOrEqual(100);
      expect(cooldowns.get('model', `long${index}`, 60_000)).toBeDefined();
    }
    expect(cooldowns.get('model', 'long1', 60_000)).toBeUndefined();
    expect(cooldowns.untilMs('model', 'long59', 60_000)).toBe(660_000);
  });
});
