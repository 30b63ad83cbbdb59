import { ChatError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf } from './fake-provider.fixture.ts';
import type { Registration } from './registration.ts';
import type { RegistryConfig } from './registry.ts';
import { type Script, scripted, virtualTimers } from './virtual-time.fixture.ts';

/** Targets `a`, `b`, … with limits, in order, on a virtual clock. */
function limited(
  targets: readonly { readonly limits: Registration['limits']; readonly scripts?: readonly Script[] }[],
  config: Partial<RegistryConfig> = {},
) {
  const timers = virtualTimers();
  const providers = targets.map(({ scripts = [{ stays: true }] }, index) =>
    scripted('abcdef'[index] as string, timers, ...scripts),
  );
  const registry = createRegistry({
    providers: providers.map((provider, index) => ({ provider, limits: targets[index]?.limits ?? {} })),
    default: providers.map(({ id }) => id),
    strategy: 'ordered',
    timers,
    ...config,
  });
  return { timers, providers, registry, open: () => providers.map((provider) => provider.open()) };
}

describe('a full target', () => {
  it('is skipped at once while another has room', async () => {
    const { registry, open } = limited([{ limits: { concurrency: 1 } }, { limits: { concurrency: 1 } }]);
    const first = await registry.stream(ask);
    const second = await registry.stream(ask);
    expect([first.route?.target, second.route?.target]).toEqual(['a', 'b']);
    expect(second.route?.candidates[1]).toMatchObject({
      target: 'a',
      verdict: 'refused',
      reason: '1 of 1 slots are taken',
    });
    await Promise.all([first.cancel(), second.cancel()]);
    expect(open()).toEqual([0, 0]);
  });

  it('lets the last ones queue, first come first served, and never serves more than it may', async () => {
    const { registry, timers, providers } = limited([{ limits: { concurrency: 1 } }]);
    const first = await registry.stream(ask);
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (number) => {
      const stream = await registry.stream(ask);
      order.push(number);
      return stream;
    });
    await timers.advance(500);
    expect(registry.snapshot().targets[0]).toMatchObject({ inFlight: 1, queued: 3 });
    await first.cancel();
    for (const [index, one] of waiting.entries()) {
      const stream = await one;
      expect(order).toHaveLength(index + 1);
      expect(stream.route?.attempts[0]?.waitedMs).toBe(500);
      await stream.cancel();
    }
    expect(order).toEqual([1, 2, 3]);
    expect(providers[0]?.mostOpen()).toBe(1);
    expect(timers.pending).toBe(0);
  });

  it('who comes while others wait does not overtake them', async () => {
    const { registry, timers } = limited([{ limits: { concurrency: 1 } }]);
    const first = await registry.stream(ask);
    const waiting = registry.stream(ask);
    await timers.settle();
    await first.cancel();
    const late = registry.stream(ask);
    await timers.settle();
    expect(registry.snapshot().targets[0]).toMatchObject({ inFlight: 1, queued: 1 });
    await (await waiting).cancel();
    await (await late).cancel();
  });

  it('of one slot serves a thousand callers in their order, and those who leave the queue leave no gap', async () => {
    const { registry, timers, providers } = limited(
      [{ limits: { concurrency: 1 }, scripts: [{ afterMs: 5 }] }],
      {
        queue: { maxWaiting: 1_000 },
      },
    );
    const callers = Array.from({ length: 1_000 }, () => new AbortController());
    const served: number[] = [];
    const all = callers.map(async ({ signal }, number) => {
      await (await registry.stream(ask, { signal })).result();
      served.push(number);
    });
    const settled = Promise.allSettled(all);
    await timers.settle();
    for (let number = 1; number < 1_000; number += 3) callers[number]?.abort();
    await timers.advance(10_000);
    await settled;
    expect(served).toEqual(callers.flatMap((_, number) => (number % 3 === 1 ? [] : [number])));
    expect([providers[0]?.mostOpen(), timers.pending]).toEqual([1, 0]);
    expect(registry.snapshot().targets[0]).toMatchObject({ inFlight: 0, queued: 0, successRate: 1 });
  });

  it('is queued for also by who comes back to it after a backoff', async () => {
    const down = new ChatError('server-error', 'down');
    const { registry, timers } = limited([
      { limits: { concurrency: 1 }, scripts: [{ fails: down }, { afterMs: 2_000, says: ['b'] }, {}] },
    ]);
    const first = registry.stream(ask);
    await timers.settle();
    const second = registry.stream(ask);
    await timers.advance(3_000);
    await (await second).result();
    expect((await first).route?.attempts.map(({ outcome }) => outcome)).toEqual(['server-error', 'served']);
    await (await first).result();
    expect(timers.pending).toBe(0);
  });

  it('has a queue of its own size; beyond it the caller is told when to come again', async () => {
    const { registry, timers } = limited([{ limits: { concurrency: 1 } }], { queue: { maxWaiting: 1 } });
    const first = await registry.stream(ask);
    const waiting = registry.stream(ask);
    await timers.settle();
    const error = await failureOf(registry.stream(ask));
    expect(error).toMatchObject({ name: 'NoTargetError', code: 'saturated' });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    await first.cancel();
    await (await waiting).cancel();
  });

  it('is waited for no longer than the queue’s limit, nor than the deadline', async () => {
    const { registry, timers } = limited([{ limits: { concurrency: 1 } }], { queue: { maxWaitMs: 2_000 } });
    const first = await registry.stream(ask);
    const patient = failureOf(registry.stream(ask));
    const hurried = failureOf(registry.stream(ask, { timeout: 1_000 }));
    await timers.advance(1_000);
    expect(await hurried).toMatchObject({ name: 'NoTargetError', code: 'deadline-exceeded' });
    await timers.advance(1_000);
    expect(await patient).toMatchObject({ name: 'NoTargetError', code: 'saturated' });
    expect(timers.pending).toBe(0);
    await first.cancel();
  });

  it('is left by a caller who aborts in the queue, without a trace', async () => {
    const { registry, timers, providers } = limited([{ limits: { concurrency: 1 } }]);
    const first = await registry.stream(ask);
    const controller = new AbortController();
    const failed = failureOf(registry.stream(ask, { signal: controller.signal }));
    await timers.settle();
    controller.abort();
    expect((await failed).code).toBe('aborted');
    expect(registry.snapshot().targets[0]).toMatchObject({ queued: 0, inFlight: 1 });
    expect([providers[0]?.calls.length, timers.pending]).toEqual([1, 0]);
    await first.cancel();
  });

  it('whose breaker opens sends away who waits for it', async () => {
    const cut = new ChatError('network', 'gone', { sent: 'yes' });
    const { registry, timers } = limited(
      [{ limits: { concurrency: 1 }, scripts: [{ says: ['x'], fails: cut }] }],
      {
        breaker: { inARow: 1 },
      },
    );
    const first = await registry.stream(ask);
    const waiting = failureOf(registry.stream(ask));
    await timers.settle();
    await failureOf(first.result());
    const error = await waiting;
    expect(error.message).toContain('breaker open');
    expect(timers.pending).toBe(0);
  });
});

describe('limits a minute', () => {
  it('of requests: what comes too soon waits until the minute has room', async () => {
    const { registry, timers, providers } = limited([{ limits: { requestsPerMinute: 2 }, scripts: [{}] }], {
      queue: { maxWaitMs: 120_000 },
    });
    for (let request = 0; request < 2; request += 1) await (await registry.stream(ask)).result();
    const third = registry.stream(ask);
    await timers.advance(50_000);
    expect(providers[0]?.calls).toHaveLength(2);
    await timers.advance(20_000);
    expect((await third).route?.attempts[0]?.waitedMs).toBeGreaterThan(50_000);
    expect(timers.pending).toBe(0);
  });

  it('of tokens: the estimate holds until the upstream tells what was used', async () => {
    const { registry } = limited(
      [{ limits: { tokensPerMinute: 1_000 }, scripts: [{ usage: { totalTokens: 50 } }] }],
      { queue: { maxWaiting: 0 } },
    );
    const large = { ...ask, maxOutputTokens: 900 };
    const first = await registry.stream(large);
    expect((await failureOf(registry.stream(large))).code).toBe('saturated');
    await first.result();
    await (await registry.stream(large)).result();
  });

  it('count what was asked and refused upstream, but not what never reached it', async () => {
    const unsent = new ChatError('network', 'refused', { sent: 'no' });
    const { registry } = limited([{ limits: { requestsPerMinute: 1 }, scripts: [{ fails: unsent }, {}] }], {
      retry: { maxWaitMs: 0 },
      queue: { maxWaiting: 0 },
    });
    await failureOf(registry.stream(ask));
    await (await registry.stream(ask)).result();
    expect((await failureOf(registry.stream(ask))).code).toBe('saturated');
  });
});

it('a stream that nobody holds any more gives its slot back', async () => {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const { registry } = limited([{ limits: { concurrency: 1 } }]);
  const drop = async (): Promise<void> => void (await registry.stream(ask));
  await drop();
  expect(registry.snapshot().targets[0]?.inFlight).toBe(1);
  await expect
    .poll(
      () => {
        collectGarbage();
        return registry.snapshot().targets[0]?.inFlight;
      },
      {
        timeout: 8_000,
      },
    )
    .toBe(0);
  expect(registry.snapshot().targets[0]?.successRate).toBe(1);
});
