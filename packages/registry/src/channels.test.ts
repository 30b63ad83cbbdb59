import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ChatError } from '@sluice/core';
import { afterEach, describe, expect, it } from 'vitest';
import { channels } from './channels.ts';
import { createRegistry } from './create-registry.ts';
import { explain } from './explain.ts';
import { ask, failureOf, fakeProvider } from './fake-provider.fixture.ts';
import { scripted, virtualTimers } from './virtual-time.fixture.ts';

type Heard = readonly [name: string, event: { readonly [key: string]: unknown }];

const listening: (() => void)[] = [];
afterEach(() => {
  for (const stop of listening.splice(0)) stop();
});

/** Everything that registries say from now on. */
function listen(): Heard[] {
  const heard: Heard[] = [];
  for (const name of Object.keys(channels)) {
    const listener = (event: unknown): void => void heard.push([name, event as Heard[1]]);
    subscribe(`sluice:${name}`, listener);
    listening.push(() => unsubscribe(`sluice:${name}`, listener));
  }
  return heard;
}

const secret = 'sk-abcdef0123456789';
const prompt = ask.messages[0]?.content as string;

describe('events', () => {
  it('tell every attempt, the route, what rests, and the end; no prompt, no credential', async () => {
    const heard = listen();
    const leaky = new ChatError('auth', `no: "${prompt}" with ${secret}`, { status: 401 });
    const registry = createRegistry({
      id: 'mine',
      strategy: 'ordered',
      providers: [fakeProvider('a', leaky), fakeProvider('b')],
      default: ['a', 'b'],
    });
    await (await registry.stream(ask)).result();
    expect(heard.map(([name]) => name)).toEqual(['cooldown', 'attempt', 'attempt', 'route', 'stream']);
    expect(heard.map(([, event]) => event.registry)).toEqual(['mine', 'mine', 'mine', 'mine', 'mine']);
    expect(heard[0]?.[1]).toMatchObject({ scope: 'credential', key: 'a/default', code: 'auth' });
    expect(heard[3]?.[1]).toMatchObject({ route: { target: 'b' } });
    expect(heard[4]?.[1]).toMatchObject({ target: 'b', outcome: 'finished', finishReason: 'stop' });
    const all = JSON.stringify([heard, registry.snapshot(), registry.plan(ask)]);
    expect(all).not.toContain(prompt);
    expect(all).not.toContain(secret);
  });

  it('tell registries of the same id apart', async () => {
    const heard = listen();
    const registries = ['a', 'b'].map((id) => createRegistry({ id: 'same', providers: [fakeProvider(id)] }));
    for (const registry of registries) await (await registry.stream(ask)).result();
    const [first, second] = registries.map(({ instance }) => instance);
    expect(first).not.toBe(second);
    const attempts = heard.filter(([name]) => name === 'attempt').map(([, event]) => event);
    expect(attempts).toMatchObject([
      { registry: 'same', instance: first, attempt: { target: 'a' } },
      { registry: 'same', instance: second, attempt: { target: 'b' } },
    ]);
  });

  it('tell when a breaker moves, a hedge begins, a request queues, and an answer is taken up', async () => {
    const heard = listen();
    const timers = virtualTimers();
    const cut = { says: ['x'], fails: new ChatError('truncated', 'cut') };
    const registry = createRegistry({
      timers,
      strategy: 'ordered',
      providers: [
        { provider: scripted('a', timers, { afterMs: 500, ...cut }), limits: { concurrency: 1 } },
        { provider: scripted('b', timers, { afterMs: 50, ...cut }), limits: { concurrency: 1 } },
        scripted('c', timers, {}),
      ],
      routes: {
        hedged: { targets: ['a', 'b'], hedge: { afterMs: 100 } },
        resumed: { targets: ['b', 'c'], resume: 'continue' },
      },
      breaker: { inARow: 1 },
    });
    const hedged = registry.stream({ ...ask, model: 'hedged' });
    await timers.advance(150);
    const queued = registry.stream({ ...ask, model: 'b' }, { timeout: 200 }).catch(() => {});
    await timers.advance(250);
    await failureOf((await hedged).result());
    await queued;
    await timers.advance(20_000);
    const resumed = registry.stream({ ...ask, model: 'resumed' });
    await timers.advance(50);
    await (await resumed).result();
    const named = (name: string) => heard.filter(([own]) => own === name).map(([, event]) => event);
    expect(named('hedge')).toMatchObject([{ slow: 'a', target: 'b', afterMs: 100 }]);
    expect(named('queue')).toMatchObject([{ target: 'b', waiting: 1 }]);
    expect(named('breaker').map(({ key, to }) => [key, to])).toEqual([
      ['b', 'open'],
      ['b', 'half-open'],
      ['b', 'open'],
    ]);
    expect(named('resume')).toMatchObject([{ mode: 'continue', from: 'b', to: 'c', code: 'truncated' }]);
    expect(named('stream').map(({ target, outcome }) => [target, outcome])).toEqual([
      ['b', 'failed'],
      ['b', 'failed'],
      ['c', 'finished'],
    ]);
  });
});

describe('explain()', () => {
  it('says in a few lines what was asked, what was tried, who was next and who was left out', async () => {
    const registry = createRegistry({
      strategy: 'ordered',
      providers: [
        fakeProvider('a', new ChatError('rate-limited', 'slow down', { retryAfterMs: 30_000 })),
        fakeProvider('b'),
        fakeProvider('c'),
        { provider: fakeProvider('d'), disabled: 'under repair' },
      ],
      routes: { fast: ['a', 'b', 'c', 'd'] },
    });
    const lines = explain((await registry.stream({ ...ask, model: 'fast' })).route as never);
    expect(lines.map((line) => line.replace(/after [\d.]+ ms/, 'after 1 ms'))).toEqual([
      'fast by ordered: b answered at attempt 2',
      '1. a: rate-limited after 1 ms (slow down; target rests for 30 s)',
      '2. b: began to answer after 1 ms (in the order of the configuration)',
      'not needed: c (in the order of the configuration)',
      'left out: d (disabled: under repair)',
    ]);
    expect(explain(registry.plan({ ...ask, model: 'fast' }))[0]).toBe(
      'fast by ordered: b would be asked first',
    );
    expect(explain(registry.plan({ ...ask, model: 'd' }))).toEqual([
      'd by ordered: no target can take it',
      'left out: d (disabled: under repair)',
    ]);
  });

  it('does nothing to a terminal, whatever callers and upstreams call things', async () => {
    const evil = new ChatError('auth', 'no\u001b[2J\u0007\u202e\r\nb: served');
    const registry = createRegistry({ providers: [fakeProvider('a', evil)] });
    const error = await failureOf(registry.stream({ ...ask, model: 'a:\u001b]0;x\u0007\nm' }));
    const shown = [...explain((error as { route?: unknown }).route as never), error.message.split('\n')[0]];
    expect(shown.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(shown.join('')).toContain('no [2J');
  });

  it('stays short, however many targets there are', () => {
    const registry = createRegistry({
      providers: Array.from({ length: 500 }, (_, index) => ({
        provider: fakeProvider(`p${index}`),
        models: ['m'],
      })),
    });
    expect(explain(registry.plan({ ...ask, model: 'm' })).length).toBeLessThan(12);
  });
});

describe('snapshot()', () => {
  it('is plain JSON of at most 1,000 targets', () => {
    const registry = createRegistry({
      providers: Array.from({ length: 1_200 }, (_, index) => fakeProvider(`p${index}`)),
    });
    const snapshot = registry.snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expect([snapshot.targets.length, snapshot.omitted]).toEqual([1_000, 200]);
    expect(snapshot.targets[0]).toMatchObject({
      target: 'p0',
      inFlight: 0,
      queued: 0,
      breaker: { state: 'closed' },
    });
  });
});
