import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Breaker, createBreaker } from '../health/breaker.ts';
import { type CooldownKeys, type Cooldowns, createCooldowns } from '../health/cooldowns.ts';
import { createTargetLimits, type TargetLimits } from '../limits/target-limits.ts';
import { createMemoryStateStore } from './memory-state-store.ts';
import type { SharedChange, StateStore } from './state-store.ts';
import { createStateSync, type StateSync } from './state-sync.ts';

const keys: CooldownKeys = { provider: 'h2o', model: 'h2o:falcon', target: 'h2o:falcon' };

interface Process {
  readonly cooldowns: Cooldowns;
  readonly breaker: Breaker;
  readonly limits: TargetLimits;
  readonly sync: StateSync;
  /** Sends what is pending; answers how much it was. */
  flush(nowMs: number): number;
}

/** A process with one target. Its own clock began `startedMs` after 1970. */
function startProcess(store: StateStore, startedMs: number): Process {
  let clockMs = 0;
  const cooldowns = createCooldowns({ onCool: (cooldown) => sync.cooled(cooldown) });
  const breaker = createBreaker(keys.target, { onChange: (change) => sync.breakerChanged(change) });
  const limits = createTargetLimits(
    keys.target,
    { requestsPerMinute: 10, tokensPerMinute: 1_000 },
    { onUse: (...use) => sync.used(...use) },
  );
  const sync = createStateSync({
    cooldowns,
    breaker: (key) => (key === keys.target ? breaker : undefined),
    limits: (key) => (key === keys.target ? limits : undefined),
  });
  const connection = store.connect((changes) =>
    sync.receive(changes, { nowMs: clockMs, epochMs: clockMs + startedMs }),
  );
  return {
    cooldowns,
    breaker,
    limits,
    sync,
    flush(nowMs) {
      clockMs = nowMs;
      const changes = sync.take({ nowMs, epochMs: nowMs + startedMs });
      connection.publish(changes);
      return changes.length;
    },
  };
}

function open(breaker: Breaker, nowMs: number): void {
  for (let time = 0; time < 5; time += 1) breaker.enter(nowMs)?.fail(nowMs, 'network', () => 0);
}

describe('two processes with one store', () => {
  it('leave alone what the other was told to leave alone, each by its own clock', () => {
    const store = createMemoryStateStore();
    const one = startProcess(store, 1_000_000);
    const two = startProcess(store, 1_400_000);
    one.cooldowns.record(keys, 'rate-limited', 500_000, 20_000);
    expect(two.cooldowns.size).toBe(0);
    two.flush(100_000);
    expect(one.flush(500_000)).toBe(1);
    expect(two.cooldowns.blocking(keys, 100_000)).toMatchObject({ untilMs: 120_000, code: 'rate-limited' });
    expect(two.sync.pending).toBe(0);
  });

  it('shut a target off together, and each finds out by itself when it is back', () => {
    const store = createMemoryStateStore();
    const one = startProcess(store, 1_000_000);
    const two = startProcess(store, 1_000_000);
    open(one.breaker, 1_000);
    two.flush(1_100);
    one.flush(1_100);
    expect([two.breaker.state(1_100), two.breaker.untilMs]).toEqual(['open', 11_000]);
    expect(two.breaker.refusal(1_100)).toContain('5 failures in a row (last: network)');
    for (let time = 0; time < 2; time += 1) one.breaker.enter(11_000)?.succeed(11_000);
    one.flush(11_000);
    expect([one.breaker.state(11_000), two.breaker.state(11_000)]).toEqual(['closed', 'half-open']);
    expect(startProcess(store, 1_000_000).breaker.state(11_000)).toBe('closed');
  });

  it('count what each gave a target against the same limit', () => {
    const store = createMemoryStateStore();
    const one = startProcess(store, 0);
    const two = startProcess(store, 0);
    for (let time = 0; time < 6; time += 1) one.limits.acquire(1_000, 50)?.release(2_000, 100);
    two.flush(2_000);
    expect(one.flush(2_000)).toBe(1);
    expect(two.limits.refusal(2_000, 401)).toContain('1000 tokens a minute');
    for (let time = 0; time < 4; time += 1) expect(two.limits.acquire(2_000, 0)).toBeDefined();
    expect(two.limits.refusal(2_000, 0)).toContain('10 requests a minute');
  });

  it('tell a new process what still holds', () => {
    const store = createMemoryStateStore();
    const one = startProcess(store, 0);
    one.cooldowns.record(keys, 'blocked', 0);
    open(one.breaker, 0);
    one.flush(0);
    const late = startProcess(store, 0);
    expect(late.cooldowns.blocking(keys, 0)).toMatchObject({ code: 'blocked', untilMs: 600_000 });
    expect(late.breaker.state(0)).toBe('open');
    expect(late.sync.pending).toBe(0);
  });
});

describe('what waits to be sent', () => {
  it('is one change a key, however much happened, and bounded', () => {
    const store = createMemoryStateStore();
    const { cooldowns, limits, breaker, sync, flush } = startProcess(store, 0);
    for (let at = 0; at < 1_000; at += 10) {
      cooldowns.record(keys, 'rate-limited', at);
      limits.acquire(at, 10)?.release(at, 10);
    }
    open(breaker, 1_000);
    for (let time = 0; time < 2; time += 1) breaker.enter(11_000)?.succeed(11_000);
    expect(sync.pending).toBe(3);
    expect([flush(11_000), sync.pending, flush(11_000)]).toEqual([3, 0, 0]);

    const small = createStateSync({
      cooldowns,
      breaker: () => undefined,
      limits: () => undefined,
      maxPending: 2,
    });
    for (const key of ['a', 'b', 'c']) small.used(key, 1, 1, 0);
    expect(small.take({ nowMs: 0, epochMs: 0 })).toMatchObject([{ key: 'b' }, { key: 'c' }]);
  });
});

describe('news from outside', () => {
  const kinds = ['cooldown', 'breaker', 'use'];
  const odd = fc.oneof(
    fc.anything(),
    fc.record(
      {
        kind: fc.constantFrom(...kinds),
        scope: fc.oneof(fc.constantFrom('target', 'constructor'), fc.anything()),
        key: fc.oneof(fc.constantFrom(keys.target, '__proto__'), fc.anything()),
        code: fc.oneof(fc.constantFrom('rate-limited', 'toString'), fc.anything()),
        untilMs: fc.oneof(fc.double(), fc.anything()),
        atMs: fc.oneof(fc.double(), fc.anything()),
        doublings: fc.oneof(fc.double(), fc.anything()),
        reason: fc.oneof(fc.string({ minLength: 300 }), fc.anything()),
        requests: fc.oneof(fc.double(), fc.maxSafeInteger(), fc.anything()),
        tokens: fc.oneof(fc.double(), fc.maxSafeInteger(), fc.anything()),
      },
      { requiredKeys: [] },
    ),
  );

  it('throws nothing and shuts nothing for longer than it may, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(odd), (changes) => {
        const { cooldowns, breaker, limits, sync } = startProcess(createMemoryStateStore(), 0);
        sync.receive(changes, { nowMs: 1_000, epochMs: 50_000 });
        expect(breaker.untilMs).toBeLessThanOrEqual(301_000);
        expect(breaker.refusal(1_000)?.length ?? 0).toBeLessThan(300);
        for (const { untilMs } of cooldowns.running(1_000))
          expect(untilMs - 1_000).toBeLessThanOrEqual(86_400_000);
        expect(limits.waitMs(1_000, 1)).toBeLessThanOrEqual(63_000);
        expect(sync.pending).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same end in any order, and twice is once, for cooldowns and openings', () => {
    const change: fc.Arbitrary<SharedChange> = fc.oneof(
      fc.record({
        kind: fc.constant('cooldown'),
        scope: fc.constantFrom('target', 'provider'),
        key: fc.constantFrom('a', 'b'),
        untilMs: fc.nat(100_000),
        code: fc.constantFrom('rate-limited', 'blocked'),
      }),
      fc.record({
        kind: fc.constant('breaker'),
        key: fc.constant(keys.target),
        untilMs: fc.nat(100_000),
        doublings: fc.nat(5),
        reason: fc.constant('told'),
      }),
    );
    const endOf = (changes: readonly SharedChange[]): unknown => {
      const { cooldowns, breaker, sync } = startProcess(createMemoryStateStore(), 0);
      for (const one of changes) sync.receive([one], { nowMs: 5_000, epochMs: 5_000 });
      const ends = cooldowns.running(5_000).map(({ scope, key, untilMs }) => `${scope} ${key} ${untilMs}`);
      return [ends.sort(), breaker.untilMs];
    };
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        expect(endOf([...changes].reverse())).toEqual(endOf(changes));
        expect(endOf([...changes, ...changes])).toEqual(endOf(changes));
      }),
    );
  });

  it('about use is counted when it happened, not when a wrong clock says', () => {
    const { limits, sync } = startProcess(createMemoryStateStore(), 0);
    const use = { kind: 'use', key: keys.target, requests: 10, tokens: 0 };
    sync.receive([{ ...use, atMs: 1_000 }], { nowMs: 100_000, epochMs: 100_000 });
    expect(limits.waitMs(100_000, 0)).toBe(0);
    sync.receive([{ ...use, atMs: 9e9 }], { nowMs: 100_000, epochMs: 100_000 });
    expect(limits.waitMs(100_000, 0)).toBe(62_000);
    sync.receive([{ ...use, key: 'of another registry', atMs: 100_000 }], {
      nowMs: 100_000,
      epochMs: 100_000,
    });
  });
});
