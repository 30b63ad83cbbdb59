import { ChatError } from '@sluice/core';
import { expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf, fakeProvider } from './fake-provider.fixture.ts';
import { createMemoryStateStore } from './state/memory-state-store.ts';
import type { SharedChange, StateStore } from './state/state-store.ts';
import { scripted, virtualTimers } from './virtual-time.fixture.ts';

it('what one process learns of a target, the others know a moment later', async () => {
  const stateStore = createMemoryStateStore();
  const timers = virtualTimers();
  const slow = new ChatError('rate-limited', 'slow down', { retryAfterMs: 60_000 });
  const gone = new ChatError('network', 'gone', { sent: 'yes' });
  const registryWith = (error: ChatError) =>
    createRegistry({
      timers,
      stateStore,
      providers: [scripted('a', timers, { fails: error }), scripted('b', timers, { fails: gone })],
      breaker: { inARow: 1 },
      retry: { maxWaitMs: 0 },
    });
  const one = registryWith(slow);
  const other = registryWith(slow);
  await failureOf(one.stream({ ...ask, model: 'a' }));
  await failureOf(one.stream({ ...ask, model: 'b' }));
  expect(other.plan({ ...ask, model: 'a' }).plan).toEqual(['a']);
  await timers.advance(250);
  await timers.settle();
  expect(other.plan({ ...ask, model: 'a' }).candidates[0]?.reason).toContain('because of rate-limited');
  expect(other.plan({ ...ask, model: 'b' }).candidates[0]?.reason).toContain('breaker open');
  await Promise.all([one.close(), other.close()]);
  expect(timers.pending).toBe(0);
});

it('a store that is never heard of again delays nothing, and what is left is told at the close', async () => {
  const told: SharedChange[] = [];
  const stateStore: StateStore = {
    connect: () => ({ publish: (changes) => void told.push(...changes), close: async () => {} }),
  };
  const timers = virtualTimers();
  const registry = createRegistry({
    timers,
    stateStore,
    providers: [{ provider: scripted('a', timers, {}), limits: { requestsPerMinute: 5 } }],
  });
  await (await registry.stream(ask)).result();
  expect(told).toEqual([]);
  await registry.close();
  expect(told).toMatchObject([{ kind: 'use', key: 'a', requests: 1 }]);
  expect(timers.pending).toBe(0);
});

it('a process that starts later knows at once what the others have learnt', async () => {
  const stateStore = createMemoryStateStore();
  const slow = new ChatError('rate-limited', 'slow down', { retryAfterMs: 60_000 });
  const gone = new ChatError('network', 'gone', { sent: 'yes' });
  const early = createRegistry({
    stateStore,
    providers: [fakeProvider('a', slow), fakeProvider('b', gone)],
    breaker: { inARow: 1 },
    retry: { maxWaitMs: 0 },
  });
  await failureOf(early.stream({ ...ask, model: 'a' }));
  await failureOf(early.stream({ ...ask, model: 'b' }));
  await early.close();
  const late = createRegistry({ stateStore, providers: [fakeProvider('a'), fakeProvider('b')] });
  expect(late.plan({ ...ask, model: 'a' }).candidates[0]?.reason).toContain('because of rate-limited');
  expect(late.plan({ ...ask, model: 'b' }).candidates[0]?.reason).toContain('breaker open');
  await late.close();
});

it('a store that throws, rejects or talks nonsense costs nothing but its news', async () => {
  for (const publish of [
    () => {
      throw new Error('the store is down');
    },
    () => Promise.reject(new Error('the store is down')) as unknown as undefined,
  ]) {
    let tell: (changes: never) => void = () => {};
    const stateStore: StateStore = {
      connect: (receive) => {
        tell = receive;
        return { publish, close: async () => {} };
      },
    };
    const timers = virtualTimers();
    const registry = createRegistry({
      timers,
      stateStore,
      providers: [{ provider: scripted('a', timers, {}), limits: { requestsPerMinute: 5 } }],
    });
    await (await registry.stream(ask)).result();
    await timers.advance(1_000);
    for (const nonsense of [undefined, null, 7, 'abc', {}, [undefined, null, 7, { kind: 'use' }]]) {
      tell(nonsense as never);
    }
    expect(registry.plan(ask).plan).toEqual(['a']);
    await registry.close();
    expect(timers.pending).toBe(0);
  }
});

it('what never reached the upstream is not told as used', async () => {
  const told: SharedChange[] = [];
  const stateStore: StateStore = {
    connect: () => ({ publish: (changes) => void told.push(...changes), close: async () => {} }),
  };
  const timers = virtualTimers();
  const unsent = new ChatError('network', 'refused', { sent: 'no' });
  const registry = createRegistry({
    timers,
    stateStore,
    retry: { maxWaitMs: 0 },
    providers: [{ provider: scripted('a', timers, { fails: unsent }, {}), limits: { requestsPerMinute: 5 } }],
  });
  await failureOf(registry.stream(ask));
  await timers.advance(250);
  expect(told).toEqual([]);
  await (await registry.stream(ask)).result();
  await registry.close();
  expect(told).toMatchObject([{ kind: 'use', requests: 1 }]);
});
