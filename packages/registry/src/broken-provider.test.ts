import { type ChatEvent, type ChatStream, complete } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf, fakeProvider } from './fake-provider.fixture.ts';
import { virtualTimers } from './virtual-time.fixture.ts';

/** A stream by somebody who neither uses core nor listens to anybody: some events, then nothing for ever. */
function deafStream(...events: readonly ChatEvent[]) {
  let cancelled = 0;
  const stream = {
    provider: 'deaf',
    [Symbol.asyncIterator]() {
      const left = [...events];
      return {
        next() {
          const value = left.shift();
          return value ? Promise.resolve({ done: false, value }) : new Promise(() => {});
        },
      };
    },
    async cancel() {
      cancelled += 1;
    },
  } as unknown as ChatStream;
  return { stream, cancelled: () => cancelled };
}

const hello: ChatEvent = { type: 'text-delta', text: 'hello' };

describe('a stream that listens to nobody', () => {
  it('is left at the deadline, after its answer has begun', async () => {
    const timers = virtualTimers();
    const deaf = deafStream(hello);
    const registry = createRegistry({ timers, providers: [fakeProvider('a', async () => deaf.stream)] });
    const stream = await registry.stream(ask, { timeout: 1_000 });
    const failed = failureOf(stream.result());
    await timers.advance(1_100);
    expect(await failed).toMatchObject({ code: 'deadline-exceeded', partial: { text: 'hello' } });
    expect([deaf.cancelled(), timers.pending]).toEqual([1, 0]);
    expect(registry.snapshot().targets[0]).toMatchObject({ inFlight: 0, successRate: 1 });
  });

  it('is left when the caller aborts, before its answer begins and after', async () => {
    for (const events of [[], [hello]]) {
      const deaf = deafStream(...events);
      const registry = createRegistry({ providers: [fakeProvider('a', async () => deaf.stream)] });
      const controller = new AbortController();
      const failed = failureOf(complete(registry, ask, { signal: controller.signal }));
      setImmediate(() => controller.abort(new Error('enough')));
      expect(await failed).toMatchObject({ code: 'aborted', cause: { message: 'enough' } });
      expect(deaf.cancelled()).toBe(1);
      expect(registry.snapshot().targets[0]).toMatchObject({ inFlight: 0, successRate: 1 });
    }
  });

  it('is left when its first event does not come in time, and the next target answers', async () => {
    const timers = virtualTimers();
    const deaf = deafStream();
    const registry = createRegistry({
      timers,
      strategy: 'ordered',
      providers: [fakeProvider('a', async () => deaf.stream), fakeProvider('b')],
      default: ['a', 'b'],
    });
    const call = complete(registry, ask, { timeout: 9_000 });
    await timers.advance(9_000);
    expect((await call).route?.attempts.map(({ outcome }) => outcome)).toEqual([
      'first-token-timeout',
      'served',
    ]);
    expect([deaf.cancelled(), timers.pending]).toEqual([1, 0]);
  });
});

describe('a provider', () => {
  it('that throws when it is closed does not keep the others open', async () => {
    const other = fakeProvider('b');
    const broken = fakeProvider('a');
    broken.close = () => {
      throw new Error('a bug');
    };
    const registry = createRegistry({ providers: [broken, other] });
    await expect(registry.close()).rejects.toThrow('a bug');
    expect(other.closed()).toBe(1);
  });

  it('that never closes is left after 10 s, and the registry says so', async () => {
    const timers = virtualTimers();
    const hanging = fakeProvider('hanging');
    hanging.close = () => new Promise(() => {});
    const registry = createRegistry({ timers, providers: [hanging, fakeProvider('b')] });
    const closing = expect(registry.close()).rejects.toThrow('hanging did not close within 10 s');
    await timers.advance(10_000);
    await closing;
    expect(timers.pending).toBe(0);
  });

  it('whose list of models never comes, or is none, hides nobody else’s', async () => {
    const timers = virtualTimers();
    const hanging = fakeProvider('hanging');
    hanging.listModels = () => new Promise(() => {});
    const odd = fakeProvider('odd');
    odd.listModels = async () => undefined as never;
    const registry = createRegistry({
      timers,
      providers: [
        { provider: hanging, models: ['known'] },
        odd,
        fakeProvider('fine', '', { models: [{ id: 'm' }] }),
      ],
    });
    for (const [timeout, waitMs] of [
      [undefined, 30_000],
      [2_000, 2_000],
    ] as const) {
      const listing = registry.listModelsByProvider(timeout === undefined ? {} : { timeout });
      await timers.advance(waitMs);
      const rows = await listing;
      expect(rows.map(({ provider, models, error }) => [provider, models.length, error?.code])).toEqual([
        ['hanging', 1, 'deadline-exceeded'],
        ['odd', 0, 'internal'],
        ['fine', 1, undefined],
      ]);
      expect(timers.pending).toBe(0);
    }
    const controller = new AbortController();
    const failed = failureOf(registry.listModels({ signal: controller.signal }));
    controller.abort();
    expect((await failed).code).toBe('aborted');
    expect(timers.pending).toBe(0);
  });
});
