import { ChatError } from '@sluice/core';
import { createSandbox } from '@sluice/sandbox';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf } from './fake-provider.fixture.ts';
import type { RegistryConfig } from './registry.ts';
import { routeOf } from './route-of.ts';
import { sseProvider } from './sse-provider.fixture.ts';
import { type Script, scripted, virtualTimers } from './virtual-time.fixture.ts';

function hedging(scripts: readonly (readonly Script[])[], config: Partial<RegistryConfig> = {}) {
  const timers = virtualTimers();
  const providers = scripts.map((script, index) => scripted('abc'[index] as string, timers, ...script));
  const registry = createRegistry({
    providers,
    default: providers.map(({ id }) => id),
    strategy: 'ordered',
    retry: { maxWaitMs: 0 },
    hedge: { afterMs: 100 },
    timers,
    ...config,
  });
  return {
    timers,
    providers,
    registry,
    calls: () => providers.map(({ calls }) => calls.length),
    open: () => providers.map((provider) => provider.open()),
  };
}

const down = (afterMs: number): Script => ({
  afterMs,
  fails: new ChatError('network', 'down', { sent: 'yes' }),
});

describe('a hedge', () => {
  it('is not begun beside a target that answers in time', async () => {
    const { registry, timers, calls } = hedging([[{ afterMs: 99 }], [{}]]);
    const call = registry.stream(ask);
    await timers.advance(99);
    expect((await call).route?.target).toBe('a');
    expect([calls(), timers.pending]).toEqual([[1, 0], 0]);
  });

  it('overtakes a slow target, which is aborted and not blamed', async () => {
    const { registry, timers, providers, open } = hedging([[{ afterMs: 5_000 }], [{ afterMs: 50 }]]);
    const call = registry.stream(ask);
    await timers.advance(150);
    const stream = await call;
    expect(stream.route?.attempts).toMatchObject([
      { target: 'a', outcome: 'aborted', message: 'b answered first' },
      { target: 'b', outcome: 'served', hedged: true },
    ]);
    expect(providers[0]?.aborted()).toBe(1);
    expect((await stream.result()).text).toBe('b');
    expect(open()).toEqual([0, 0]);
    expect(registry.snapshot().targets[0]).toMatchObject({
      inFlight: 0,
      successRate: 1,
      breaker: { state: 'closed' },
    });
    // Not blamed; but that it takes long is known now.
    expect(registry.snapshot().targets[0]?.firstTokenMs).toBeGreaterThan(100);
    expect(timers.pending).toBe(0);
  });

  it('loses to the first if that answers sooner after all', async () => {
    const { registry, timers, open } = hedging([[{ afterMs: 120 }], [{ afterMs: 50 }]]);
    const call = registry.stream(ask);
    await timers.advance(120);
    const stream = await call;
    expect(stream.route).toMatchObject({
      target: 'a',
      attempts: [
        { target: 'b', outcome: 'aborted', hedged: true },
        { target: 'a', outcome: 'served' },
      ],
    });
    expect((await stream.result()).text).toBe('a');
    expect([open(), timers.pending]).toEqual([[0, 0], 0]);
  });

  it('that answers in the same moment is cancelled: nobody hears two', async () => {
    const { registry, timers, open } = hedging([[{ afterMs: 150 }], [{ afterMs: 50 }]]);
    const call = registry.stream(ask);
    await timers.advance(150);
    const stream = await call;
    expect(['a', 'b']).toContain((await stream.result()).text);
    await timers.settle();
    expect([open(), timers.pending]).toEqual([[0, 0], 0]);
    expect(registry.snapshot().targets.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  it('leaves the call whole when both answer at once: an abort still reaches the winner', async () => {
    const timers = virtualTimers();
    const gate = Promise.withResolvers<void>();
    const gated = (id: string) => {
      const inner = scripted(id, timers, { stays: true });
      return {
        ...inner,
        stream: (...call: Parameters<typeof inner.stream>) => gate.promise.then(() => inner.stream(...call)),
      };
    };
    const providers = [gated('a'), gated('b')];
    const registry = createRegistry({
      providers,
      default: ['a', 'b'],
      strategy: 'ordered',
      hedge: { afterMs: 100 },
      timers,
    });
    const controller = new AbortController();
    const call = registry.stream(ask, { signal: controller.signal });
    await timers.advance(100);
    gate.resolve();
    const stream = await call;
    await timers.settle();
    expect(providers.map(({ open }) => open())).toEqual([1, 0]);
    controller.abort();
    expect((await failureOf(stream.result())).code).toBe('aborted');
    expect([providers.map(({ open }) => open()), timers.pending]).toEqual([[0, 0], 0]);
  });

  it('that lost has its socket closed', async () => {
    await using sandbox = await createSandbox();
    sandbox.setFault('openai', 'never-answer');
    const registry = createRegistry({
      providers: [
        sseProvider('slow', sandbox.urls.openai, 'sandbox'),
        sseProvider('quick', sandbox.urls.ylokh, 'sandbox'),
      ],
      default: ['slow', 'quick'],
      strategy: 'ordered',
      hedge: { afterMs: 20 },
    });
    const { provider, text } = await (await registry.stream(ask)).result();
    const [slow] = sandbox.requestsTo({ service: 'openai' });
    expect([provider, await slow?.ended]).toEqual(['quick', 'client']);
    expect(text).toBe(sandbox.requestsTo({ service: 'ylokh' })[0]?.answer);
    await registry.close();
  });

  it('goes on alone if the other fails, and the next target is asked if both do', async () => {
    const alone = hedging([[down(120)], [{ afterMs: 500 }]]);
    const first = alone.registry.stream(ask);
    await alone.timers.advance(600);
    expect((await first).route?.attempts.map(({ outcome }) => outcome)).toEqual(['network', 'served']);

    const both = hedging([[down(200)], [down(50)], [{}]]);
    const second = both.registry.stream(ask);
    await both.timers.advance(200);
    expect((await second).route?.attempts.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['b', 'network'],
      ['a', 'network'],
      ['c', 'served'],
    ]);
  });

  it('counts as an attempt, and has a budget of its own', async () => {
    const counted = hedging([[{ afterMs: 200 }], [{ afterMs: 200 }], [{}]], { maxAttempts: 1 });
    const call = counted.registry.stream(ask);
    await counted.timers.advance(200);
    expect((await call).route?.attempts).toHaveLength(1);

    const poor = hedging([[{ afterMs: 200 }], [{ afterMs: 10 }]], {
      hedgeBudget: { ratio: 0, minPerSecond: 0 },
    });
    const unhedged = poor.registry.stream(ask);
    await poor.timers.advance(200);
    expect((await unhedged).route?.target).toBe('a');
    expect(poor.registry.snapshot().budgets.hedge).toBe(false);
  });

  it('after the 95th percentile waits until there are answers to measure by', async () => {
    const { registry, timers, calls } = hedging(
      [[...Array.from({ length: 20 }, () => ({ afterMs: 40 })), { afterMs: 9_000 }], [{}]],
      {
        hedge: { afterMs: 'p95' },
      },
    );
    for (let request = 0; request < 20; request += 1) {
      const call = registry.stream(ask);
      await timers.advance(40);
      await (await call).result();
    }
    expect(calls()).toEqual([20, 0]);
    const slow = registry.stream(ask);
    await timers.advance(50);
    expect((await slow).route?.attempts.at(-1)).toMatchObject({ target: 'b', hedged: true });
  });

  it('ends with its call: an abort closes both, and blames neither', async () => {
    const { registry, timers, open, providers } = hedging([[{ afterMs: 5_000 }], [{ afterMs: 5_000 }]]);
    const controller = new AbortController();
    const failed = failureOf(registry.stream(ask, { signal: controller.signal }));
    await timers.advance(200);
    expect(open()).toEqual([1, 1]);
    controller.abort();
    expect((await failed).code).toBe('aborted');
    await timers.settle();
    expect([open(), providers.map((provider) => provider.aborted()), timers.pending]).toEqual([
      [0, 0],
      [1, 1],
      0,
    ]);
    expect(registry.snapshot().targets).toMatchObject([
      { inFlight: 0, successRate: 1 },
      { inFlight: 0, successRate: 1 },
    ]);
  });

  it('that ends the call by what it finds takes the other one with it', async () => {
    const wrong: Script = { afterMs: 50, fails: new ChatError('invalid-request', 'no') };
    const { registry, timers, open } = hedging([[{ afterMs: 5_000 }], [wrong]]);
    const failed = failureOf(registry.stream(ask));
    await timers.advance(150);
    const error = await failed;
    expect(error.code).toBe('invalid-request');
    expect(routeOf(error)?.attempts).toMatchObject([
      { target: 'a', outcome: 'aborted', message: 'b ended the call (invalid-request)' },
      { target: 'b', outcome: 'invalid-request', hedged: true },
    ]);
    await timers.settle();
    expect([open(), timers.pending]).toEqual([[0, 0], 0]);
  });

  it('and the first both show where the deadline ends them', async () => {
    const { registry, timers, open } = hedging([[{ afterMs: 5_000 }], [{ afterMs: 5_000 }]]);
    const failed = failureOf(registry.stream(ask, { timeout: 900 }));
    await timers.advance(900);
    const error = await failed;
    expect(error.code).toBe('deadline-exceeded');
    expect(routeOf(error)?.attempts.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['b', 'deadline-exceeded'],
      ['a', 'deadline-exceeded'],
    ]);
    await timers.settle();
    expect([open(), timers.pending]).toEqual([[0, 0], 0]);
  });
});
