import { describe, expect, it } from 'vitest';
import { type Breaker, type BreakerChange, createBreaker } from './breaker.ts';
import type { BreakerPass } from './breaker-pass.ts';
import { defaultBreakerTuning } from './breaker-tuning.ts';

const never = (): number => 0;

/** A breaker, and what it reported. */
function reporting(): { breaker: Breaker; changes: BreakerChange[] } {
  const changes: BreakerChange[] = [];
  return { breaker: createBreaker('h2o:falcon', { onChange: (change) => changes.push(change) }), changes };
}

function enter(breaker: Breaker, nowMs: number): BreakerPass {
  const pass = breaker.enter(nowMs);
  if (!pass) throw new Error(`the breaker let nothing through at ${nowMs}`);
  return pass;
}

function fail(breaker: Breaker, nowMs: number, times = 1, random = never): void {
  for (let time = 0; time < times; time += 1) enter(breaker, nowMs).fail(nowMs, 'server-error', random);
}

function succeed(breaker: Breaker, nowMs: number, times = 1): void {
  for (let time = 0; time < times; time += 1) enter(breaker, nowMs).succeed(nowMs);
}

describe('a closed breaker', () => {
  it('opens at five failures in a row, not at four', () => {
    const { breaker, changes } = reporting();
    succeed(breaker, 0, 100);
    fail(breaker, 0, 4);
    succeed(breaker, 0);
    fail(breaker, 0, 4);
    expect([breaker.state(0), changes]).toEqual(['closed', []]);
    fail(breaker, 0);
    expect(changes).toMatchObject([{ to: 'open', reason: '5 failures in a row (last: server-error)' }]);
    const long = createBreaker('a');
    for (let day = 0; day < 5; day += 1) fail(long, day * 86_400_000);
    expect(long.state(4 * 86_400_000)).toBe('open');
  });

  it('opens at five failures that are half of the last 30 seconds', () => {
    const { breaker, changes } = reporting();
    for (let second = 0; second < 4; second += 1) {
      succeed(breaker, second * 1_000);
      fail(breaker, second * 1_000);
    }
    expect(breaker.allows(4_000)).toBe(true);
    succeed(breaker, 4_000);
    fail(breaker, 4_000);
    expect(breaker.state(4_000)).toBe('open');
    expect(changes).toEqual([
      {
        key: 'h2o:falcon',
        from: 'closed',
        to: 'open',
        atMs: 4_000,
        reason: '5 of 10 failed within 30 s (last: server-error)',
        untilMs: 14_000,
        doublings: 0,
        remote: false,
      },
    ]);
    expect(breaker.refusal(4_500)).toBe(
      'breaker open for 9.5 s more: 5 of 10 failed within 30 s (last: server-error)',
    );
  });

  it('stays closed where failures are fewer than half, or lie further back', () => {
    const busy = createBreaker('a');
    succeed(busy, 0, 40);
    for (let round = 0; round < 10; round += 1) {
      fail(busy, 100 * round, 3);
      succeed(busy, 100 * round);
    }
    expect(busy.state(1_000)).toBe('closed');

    const slow = createBreaker('a');
    for (let at = 0; at < 600_000; at += 20_000) {
      fail(slow, at, 2);
      succeed(slow, at);
    }
    expect(slow.state(600_000)).toBe('closed');
  });

  it('counts an empty answer half, and nothing that is no fault of the target', () => {
    const halves = createBreaker('a');
    for (let time = 0; time < 9; time += 1) enter(halves, 0).fail(0, 'empty-response', never);
    expect(halves.state(0)).toBe('closed');
    enter(halves, 0).fail(0, 'empty-response', never);
    expect(halves.state(0)).toBe('open');

    const innocent = createBreaker('a');
    for (let time = 0; time < 50; time += 1) {
      enter(innocent, 0).fail(0, 'rate-limited', never);
      enter(innocent, 0).fail(0, 'auth', never);
      enter(innocent, 0).abandon();
    }
    expect(innocent.state(0)).toBe('closed');
    fail(innocent, 0, 4);
    enter(innocent, 0).fail(0, 'invalid-request', never);
    fail(innocent, 0);
    expect(innocent.state(0)).toBe('open');
  });

  it('takes an outcome once', () => {
    const breaker = createBreaker('a');
    const pass = enter(breaker, 0);
    for (let time = 0; time < 10; time += 1) pass.fail(0, 'network', never);
    expect(breaker.state(0)).toBe('closed');
  });
});

describe('an open breaker', () => {
  it('lets nothing through for ten seconds, less up to a fifth by chance', () => {
    for (const [random, untilMs] of [
      [0, 10_000],
      [0.5, 9_000],
      [0.999_999, 8_000],
    ] as const) {
      const breaker = createBreaker('a');
      fail(breaker, 0, 5, () => random);
      expect(breaker.untilMs).toBeCloseTo(untilMs, 1);
      expect(breaker.enter(breaker.untilMs - 0.001)).toBeUndefined();
      expect(breaker.enter(breaker.untilMs)?.probe).toBe(true);
    }
  });

  it('is not moved by attempts that began before it opened', () => {
    const { breaker, changes } = reporting();
    const early = Array.from({ length: 8 }, () => enter(breaker, 0));
    for (const pass of early.slice(0, 5)) pass.fail(1_000, 'network', never);
    early[5]?.succeed(2_000);
    early[6]?.fail(3_000, 'network', never);
    expect([breaker.state(3_000), breaker.untilMs]).toEqual(['open', 11_000]);
    enter(breaker, 11_000).succeed(11_500);
    early[7]?.fail(12_000, 'network', never);
    expect(breaker.state(12_000)).toBe('half-open');
    expect(changes.map(({ to }) => to)).toEqual(['open', 'half-open']);
  });
});

describe('a half-open breaker', () => {
  /** Opened at 0 until 10,000. */
  function opened(): ReturnType<typeof reporting> {
    const made = reporting();
    fail(made.breaker, 0, 5);
    return made;
  }

  it('lets one probe through at a time, until that is given back', () => {
    const { breaker } = opened();
    const probe = enter(breaker, 10_000);
    expect(breaker.allows(10_001)).toBe(false);
    expect(breaker.enter(60_000)).toBeUndefined();
    expect(breaker.refusal(60_000)).toBe(
      'breaker half-open, its one probe is under way: 5 failures in a row (last: server-error)',
    );
    probe.abandon();
    expect(breaker.refusal(60_000)).toBeUndefined();
    const next = enter(breaker, 60_000);
    probe.succeed(60_000);
    expect(breaker.enter(60_000)).toBeUndefined();
    next.fail(60_000, 'rate-limited', never);
    expect([breaker.state(60_000), breaker.allows(60_000)]).toEqual(['half-open', true]);
  });

  it('closes after two good ends in a row', () => {
    const { breaker, changes } = opened();
    enter(breaker, 10_000).succeed(11_000);
    expect(breaker.state(11_000)).toBe('half-open');
    enter(breaker, 11_000).succeed(12_000);
    expect([breaker.state(12_000), breaker.untilMs, breaker.closedAtMs]).toEqual(['closed', 0, 12_000]);
    expect(changes.at(-1)).toEqual({
      key: 'h2o:falcon',
      from: 'half-open',
      to: 'closed',
      atMs: 12_000,
      reason: '2 probes in a row ended well',
      remote: false,
    });
    fail(breaker, 12_000, 4);
    expect(breaker.state(12_000)).toBe('closed');
  });

  it('does not wait for the end of a probe whose answer goes on and on: 30 s of it are proof enough', () => {
    const { breaker } = reporting();
    fail(breaker, 0, 5);
    const probe = enter(breaker, 10_000);
    expect(breaker.allows(100_000)).toBe(false);
    probe.commit(100_000);
    expect(breaker.allows(129_999)).toBe(false);
    const second = enter(breaker, 130_000);
    expect([second.probe, breaker.enter(130_000)]).toEqual([true, undefined]);
    probe.fail(131_000, 'truncated', never);
    expect(breaker.state(131_000)).toBe('half-open');
    second.succeed(140_000);
    expect(breaker.state(140_000)).toBe('closed');
  });

  it('opens again for twice as long when a probe fails, up to five minutes', () => {
    const { breaker } = opened();
    const periods: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const atMs = breaker.untilMs;
      enter(breaker, atMs).succeed(atMs);
      enter(breaker, atMs).fail(atMs, 'empty-response', never);
      periods.push(breaker.untilMs - atMs);
    }
    expect(periods).toEqual([20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  it('goes on doubling for a target that falls over as soon as it is back', () => {
    const { breaker } = opened();
    succeed(breaker, 10_000, 2);
    fail(breaker, 20_000, 5);
    expect(breaker.untilMs).toBe(40_000);
    succeed(breaker, 40_000, 2);
    fail(breaker, 40_000 + defaultBreakerTuning.windowMs, 5);
    expect(breaker.untilMs).toBe(80_000);
  });
});

describe('an opening that another process reports', () => {
  const remote = { untilMs: 30_000, doublings: 1, reason: '5 failures in a row' };

  it('opens ours, and is reported as not our own', () => {
    const { breaker, changes } = reporting();
    breaker.adopt(remote, 1_000);
    expect([breaker.state(1_000), breaker.untilMs]).toEqual(['open', 30_000]);
    expect(changes).toMatchObject([{ to: 'open', remote: true, untilMs: 30_000 }]);
    enter(breaker, 30_000).fail(30_000, 'network', never);
    expect(breaker.untilMs).toBe(70_000);
  });

  it('prolongs and never shortens, and no clock or store can shut a target for long', () => {
    const { breaker, changes } = reporting();
    fail(breaker, 25_000, 5);
    breaker.adopt(remote, 25_000);
    expect(breaker.untilMs).toBe(35_000);
    breaker.adopt({ ...remote, untilMs: 40_000 }, 26_000);
    expect(breaker.untilMs).toBe(40_000);
    breaker.adopt({ ...remote, untilMs: 1e15 }, 26_000);
    expect(breaker.untilMs).toBe(326_000);
    expect(changes).toHaveLength(1);
    const other = createBreaker('a');
    for (const untilMs of [0, 25_000, Number.NaN]) other.adopt({ ...remote, untilMs }, 26_000);
    expect(other.state(26_000)).toBe('closed');
  });

  it('does not let a second probe out while one is under way', () => {
    const { breaker } = reporting();
    fail(breaker, 0, 5);
    const probe = enter(breaker, 10_000);
    breaker.adopt({ ...remote, untilMs: 20_000 }, 10_500);
    expect(breaker.enter(20_000)).toBeUndefined();
    probe.succeed(21_000);
    expect(enter(breaker, 21_000).probe).toBe(true);
    expect(breaker.state(21_000)).toBe('half-open');
  });
});

it('a busy target is not taken for dead because its failures are known before its answers', () => {
  const breaker = createBreaker('a');
  const passes = Array.from({ length: 40 }, () => breaker.enter(0));
  for (const pass of passes.splice(0, 8)) pass?.fail(50, 'server-error', never);
  expect(breaker.state(50)).toBe('closed');
  for (const pass of passes) pass?.commit(400);
  for (const pass of passes) pass?.succeed(5_000);
  expect(breaker.state(5_000)).toBe('closed');
});

it('failures that go on while nothing else is heard are enough, however many are undecided', () => {
  const breaker = createBreaker('a');
  const passes = Array.from({ length: 40 }, () => breaker.enter(0));
  for (const [index, pass] of passes.slice(0, 8).entries())
    pass?.fail(60_000 + index * 200, 'first-token-timeout', never);
  expect(breaker.state(61_400)).toBe('open');
});

it('an answer that has begun counts as good until it fails, and once', () => {
  const breaker = createBreaker('a');
  const passes = Array.from({ length: 4 }, () => breaker.enter(0));
  for (const pass of passes) pass?.fail(10, 'network', never);
  const answering = breaker.enter(20);
  answering?.commit(100);
  answering?.commit(110);
  // The fifth failure, but not in a row, and of six outcomes.
  breaker.enter(120)?.fail(130, 'network', never);
  expect(breaker.refusal(130)).toContain('5 of 6 failed');
});
