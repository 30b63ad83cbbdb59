import { ChatError, type ChatErrorCode, type ChatErrorDetails } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf } from './fake-provider.fixture.ts';
import type { Registry, RegistryConfig } from './registry.ts';
import { type Script, scripted, virtualTimers } from './virtual-time.fixture.ts';

const fail = (code: ChatErrorCode, more: ChatErrorDetails = {}): Script => ({
  fails: new ChatError(code, `it failed with ${code}`, more),
});

/** Providers `a`, `b`, … with their scripts, tried in order, on a virtual clock. */
function inTime(scripts: readonly (readonly Script[])[], config: Partial<RegistryConfig> = {}) {
  const timers = virtualTimers();
  const providers = scripts.map((script, index) => scripted('abcdef'[index] as string, timers, ...script));
  const registry: Registry = createRegistry({
    providers,
    default: providers.map(({ id }) => id),
    strategy: 'ordered',
    seed: 7,
    timers,
    ...config,
  });
  return { timers, providers, registry, calls: () => providers.map(({ calls }) => calls.length) };
}

describe('the same target is tried again', () => {
  it('only when nothing else is left, once, after a wait drawn at random, out of the retry budget', async () => {
    const { registry, timers, calls } = inTime([
      [fail('server-error'), {}],
      [fail('network', { sent: 'yes' })],
    ]);
    const call = registry.stream(ask);
    await timers.settle();
    expect(calls()).toEqual([1, 1]);
    await timers.advance(252);
    const stream = await call;
    expect(stream.route?.attempts).toMatchObject([
      { target: 'a', outcome: 'server-error' },
      { target: 'b', outcome: 'network' },
      { target: 'a', outcome: 'served' },
    ]);
    expect(stream.route?.attempts[2]?.waitedMs).toBeGreaterThan(0);
    await stream.result();
    expect(timers.pending).toBe(0);
  });

  it('not at all once the budget of the process is used up', async () => {
    const { registry, timers, calls } = inTime([[fail('server-error')]], {
      retry: { budget: { ratio: 0, minPerSecond: 0.2 } },
      breaker: { failures: 99, inARow: 99 },
    });
    for (let request = 0; request < 4; request += 1) {
      const failed = failureOf(registry.stream(ask));
      await timers.advance(300);
      expect((await failed).code).toBe('server-error');
    }
    // Four requests, and two retries: as many as a window of ten seconds pays for.
    expect(calls()).toEqual([6]);
    expect(registry.snapshot().budgets.retry).toBe(false);
  });

  it('not if its breaker has opened meanwhile', async () => {
    const { registry, calls } = inTime([[fail('overloaded')]], { breaker: { inARow: 1 } });
    expect((await failureOf(registry.stream(ask))).code).toBe('overloaded');
    expect(calls()).toEqual([1]);
  });

  it('not if the wait would not fit the deadline', async () => {
    const { registry, timers, calls } = inTime([[fail('rate-limited')]], { timeout: 4_000 });
    expect((await failureOf(registry.stream(ask))).code).toBe('rate-limited');
    expect([calls(), timers.pending]).toEqual([[1], 0]);
  });

  it('with its own wait, where the caller leaves meanwhile: nothing is left', async () => {
    const { registry, timers, calls } = inTime([[fail('rate-limited'), {}]]);
    const controller = new AbortController();
    const failed = failureOf(registry.stream(ask, { signal: controller.signal }));
    await timers.advance(2_000);
    expect(timers.pending).toBe(1);
    controller.abort();
    expect((await failed).code).toBe('aborted');
    expect([calls(), timers.pending]).toEqual([[1], 0]);
  });
});

describe('a limit of a provider’s own', () => {
  it('that is over before the call’s deadline sends the request on: to the next target it is a slow one', async () => {
    for (const timeout of [undefined, 5_000]) {
      const { registry, calls } = inTime([[fail('deadline-exceeded')], [{}]]);
      const stream = await registry.stream(ask, timeout === undefined ? {} : { timeout });
      expect(stream.route?.attempts.map(({ outcome }) => outcome)).toEqual(['first-token-timeout', 'served']);
      expect(calls()).toEqual([1, 1]);
      await stream.cancel();
    }
  });
});

describe('the deadline', () => {
  it('is shared: the first of three gets half, the second two thirds of the rest, the last all that is left', async () => {
    const hangs = [{ afterMs: Number.POSITIVE_INFINITY }];
    const { registry, timers, calls, providers } = inTime([hangs, hangs, hangs], { timeout: 12_000 });
    const failed = failureOf(registry.stream(ask));
    await timers.advance(5_999);
    expect(calls()).toEqual([1, 0, 0]);
    await timers.advance(1);
    expect(calls()).toEqual([1, 1, 0]);
    await timers.advance(4_000);
    expect(calls()).toEqual([1, 1, 1]);
    await timers.advance(2_000);
    const error = await failed;
    expect(error.code).toBe('deadline-exceeded');
    expect(error.message).toContain('b: no answer began within 4000 ms, its share of the deadline');
    expect(providers.map((provider) => [provider.aborted(), provider.open()])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    expect(timers.pending).toBe(0);
  });
});

describe('a breaker', () => {
  it('opens at five failures, lets one of many through as a probe, and closes on two good ends', async () => {
    const failures = Array.from({ length: 5 }, () => fail('network', { sent: 'yes' }));
    const { registry, timers, providers, calls } = inTime([[...failures, { afterMs: 50 }]], {
      breaker: { jitter: 0 },
    });
    for (let request = 0; request < 5; request += 1) await failureOf(registry.stream(ask));
    expect(registry.snapshot().targets[0]?.breaker).toEqual({ state: 'open', opensInMs: 10_000 });
    const refused = await failureOf(registry.stream(ask));
    expect(refused).toMatchObject({ name: 'NoTargetError', code: 'no-target', retryAfterMs: 10_000 });
    expect(refused.message).toContain('breaker open for 10 s more: 5 failures in a row (last: network)');
    expect(calls()).toEqual([5]);

    await timers.advance(10_000);
    const outcomes = Promise.allSettled(Array.from({ length: 100 }, () => registry.stream(ask)));
    await timers.advance(50);
    const settled = await outcomes;
    const served = settled.filter(({ status }) => status === 'fulfilled');
    expect([served.length, calls(), providers[0]?.mostOpen()]).toEqual([1, [6], 1]);
    for (const one of served) if (one.status === 'fulfilled') await one.value.result();
    expect(registry.snapshot().targets[0]?.breaker.state).toBe('half-open');

    const second = registry.stream(ask);
    await timers.advance(50);
    await (await second).result();
    expect(registry.snapshot().targets[0]?.breaker.state).toBe('closed');
  });

  it('has its probe back when the caller leaves, and blames nobody', async () => {
    const { registry, timers } = inTime([[fail('network', { sent: 'yes' }), { stays: true }, {}]], {
      breaker: { inARow: 1, jitter: 0 },
    });
    await failureOf(registry.stream(ask));
    await timers.advance(10_000);
    const stream = await registry.stream(ask);
    expect(registry.plan(ask).plan).toEqual([]);
    await stream.cancel();
    expect(registry.plan(ask).plan).toEqual(['a']);
    expect(registry.snapshot().targets[0]).toMatchObject({ inFlight: 0, breaker: { state: 'half-open' } });
  });
});

describe('a failure after the answer has begun', () => {
  it('counts against its target, and the decision says that the answer broke off', async () => {
    const { registry } = inTime([[{ says: ['half'], fails: new ChatError('truncated', 'cut') }], [{}]]);
    const stream = await registry.stream(ask);
    expect((await failureOf(stream.result())).code).toBe('truncated');
    expect(registry.snapshot().targets[0]?.successRate).toBeLessThan(1);
    expect(stream.route?.attempts).toMatchObject([{ outcome: 'served', message: 'broke off: truncated' }]);
  });

  it('a rate limit in the middle of an answer rests its target', async () => {
    const cut = new ChatError('rate-limited', 'enough', { retryAfterMs: 30_000 });
    const { registry } = inTime([[{ says: ['half'], fails: cut }], [{}]]);
    await failureOf((await registry.stream(ask)).result());
    expect(registry.plan(ask).plan).toEqual(['b']);
  });

  it.each(['cancel', 'leave', 'abort'] as const)('the reader’s %s changes no health', async (how) => {
    const { registry, providers } = inTime([[{ stays: true }]]);
    const controller = new AbortController();
    const stream = await registry.stream(ask, { signal: controller.signal });
    if (how === 'cancel') await stream.cancel();
    else if (how === 'leave') for await (const _event of stream) break;
    else {
      controller.abort();
      expect((await failureOf(stream.result())).code).toBe('aborted');
    }
    expect(registry.snapshot().targets[0]).toMatchObject({ inFlight: 0, successRate: 1 });
    expect(providers[0]?.open()).toBe(0);
  });
});

describe('plan()', () => {
  it('is what a call in this moment carries, and changes nothing: no turn, no number, no probe, no target', async () => {
    const strategies = ['balanced', 'round-robin', 'weighted', 'latency', 'least-busy'] as const;
    for (const strategy of strategies) {
      const { registry } = inTime([[{}], [{}], [{}], [{}]], { strategy });
      for (let request = 0; request < 10; request += 1) {
        const before = registry.snapshot();
        const planned = registry.plan(ask);
        expect(registry.plan(ask)).toEqual(planned);
        registry.plan({ ...ask, model: 'a:never-seen' });
        expect(registry.snapshot()).toEqual(before);
        const stream = await registry.stream(ask);
        expect(stream.route).toMatchObject({ plan: planned.plan, candidates: planned.candidates });
        await stream.result();
      }
    }
  });

  it('the same seed and the same upstreams give the same decisions', async () => {
    const run = async (): Promise<readonly unknown[]> => {
      const { registry } = inTime([[{}], [fail('auth')], [{}]], { strategy: 'balanced', seed: 42 });
      const routes: unknown[] = [];
      for (let request = 0; request < 20; request += 1) {
        const stream = await registry.stream(ask);
        await stream.result();
        routes.push(stream.route);
      }
      return routes;
    };
    expect(await run()).toEqual(await run());
  });
});
