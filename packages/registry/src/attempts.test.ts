import {
  type CallOptions,
  ChatError,
  type ChatErrorCode,
  type ChatStream,
  errorPolicies,
  fromText,
} from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { AllTargetsFailedError } from './all-targets-failed-error.ts';
import { createRegistry } from './create-registry.ts';
import { ask, type FakeAnswer, failureOf, fakeProvider, inOrder } from './fake-provider.fixture.ts';
import type { Registry, RegistryConfig } from './registry.ts';
import { virtualTimers } from './virtual-time.fixture.ts';

/** A registry that tries providers `a`, `b`, `c`, … in order, each saying what is given. */
function registryOf(answers: readonly FakeAnswer[], config: Omit<RegistryConfig, 'providers'> = {}) {
  const providers = answers.map((answer, index) => fakeProvider('abcdef'[index] as string, answer));
  const registry: Registry = createRegistry({
    ...inOrder,
    providers,
    default: providers.map(({ id }) => id),
    ...config,
  });
  return {
    registry,
    providers,
    tried: () => providers.filter(({ calls }) => calls.length > 0).map(({ id }) => id),
  };
}

const fail = (code: ChatErrorCode, more: ConstructorParameters<typeof ChatError>[2] = {}): ChatError =>
  new ChatError(code, `it failed with ${code}`, more);

/** Never answers; tells when it was called and what it was given. */
function silence() {
  const called = Promise.withResolvers<CallOptions>();
  const answer: FakeAnswer = (_request, options) => {
    called.resolve(options);
    return new Promise(() => {});
  };
  return { answer, called: called.promise };
}

describe('a failure before the answer begins', () => {
  const codes = Object.keys(errorPolicies) as ChatErrorCode[];

  it.each(codes.filter((code) => errorPolicies[code].tryNext === 'yes'))(
    '%s goes on to the next target',
    async (code) => {
      const { registry } = registryOf([fail(code), 'b answers']);
      const stream = await registry.stream(ask);
      expect(stream.provider).toBe('b');
      expect(stream.route?.attempts).toMatchObject([
        { target: 'a', outcome: code, message: `it failed with ${code}` },
        { target: 'b', outcome: 'served' },
      ]);
      expect((await stream.result()).text).toBe('b answers');
    },
  );

  // The call's own deadline is another matter than a provider's: see below.
  const ending = codes.filter(
    (code) => errorPolicies[code].tryNext !== 'yes' && code !== 'deadline-exceeded',
  );
  it.each(ending)('%s ends the call', async (code) => {
    const { registry, tried } = registryOf([fail(code), 'b answers']);
    const error = await failureOf(registry.stream(ask));
    expect(error.code).toBe(code);
    expect(tried()).toEqual(['a']);
  });

  it('a content filter goes on to the next target where the configuration asks for it', async () => {
    const { registry } = registryOf([fail('content-filter'), 'b answers'], { onContentFilter: 'next' });
    expect((await registry.stream(ask)).route?.target).toBe('b');
  });

  it('a provider that throws something else is our bug, and ends the call without telling its text', async () => {
    const { registry, tried } = registryOf([new TypeError('secret prompt'), 'b answers']);
    const error = await failureOf(registry.stream(ask));
    expect(error.code).toBe('internal');
    expect(error.message).not.toContain('secret prompt');
    expect(tried()).toEqual(['a']);
  });

  it('tries no more than maxAttempts, each target once, and says what was left', async () => {
    const { registry, providers, tried } = registryOf([
      fail('network'),
      fail('network'),
      fail('network'),
      'd',
    ]);
    const error = await failureOf(registry.stream(ask));
    expect(tried()).toEqual(['a', 'b', 'c']);
    expect(providers.map(({ calls }) => calls.length)).toEqual([1, 1, 1, 0]);
    expect(error.message).toContain('not tried: d (maxAttempts is 3)');
  });
});

describe('a failure after the answer has begun', () => {
  it('reaches the reader: no other target is asked, no second text follows', async () => {
    const half: FakeAnswer = (_request, options) =>
      fromText(
        (function* () {
          yield 'half an ';
          throw fail('truncated');
        })(),
        { provider: 'a', call: options },
      );
    const { registry, tried } = registryOf([half, 'b answers']);
    const stream = await registry.stream(ask);
    const error = await failureOf(stream.result());
    expect(error).toMatchObject({ code: 'truncated', partial: { text: 'half an ' } });
    expect(tried()).toEqual(['a']);
    expect(stream.route?.target).toBe('a');
  });
});

describe('the request that a target gets', () => {
  it('names its own model, or none where the provider is to choose', async () => {
    const named = fakeProvider('named');
    const free = fakeProvider('free');
    const registry = createRegistry({
      ...inOrder,
      providers: [{ provider: named, aliases: { short: 'long-name' } }, free],
      routes: { either: ['named:short', 'free'] },
    });
    await registry.stream({ ...ask, model: 'either', temperature: 0.5 });
    await registry.stream({ ...ask, model: 'free' });
    expect(named.calls[0]?.request).toEqual({ ...ask, model: 'long-name', temperature: 0.5 });
    expect(free.calls[0]?.request).toEqual(ask);
  });

  it('comes with the options of the call and the limits of the registry under them', async () => {
    const { registry, providers } = registryOf(['a'], { timeout: { firstToken: 5_000, idle: 6_000 } });
    await registry.stream(ask, {
      proxy: 'http://127.0.0.1:1',
      headers: { 'x-a': 'b' },
      timeout: { idle: 7_000 },
    });
    expect(providers[0]?.calls[0]?.options).toMatchObject({
      proxy: 'http://127.0.0.1:1',
      headers: { 'x-a': 'b' },
      timeout: { firstToken: 5_000, idle: 7_000 },
    });
  });
});

describe('the deadline', () => {
  it('is one for all attempts: the second gets what the first has left', async () => {
    const timers = virtualTimers();
    const late: FakeAnswer = () =>
      new Promise((_resolve, reject) => void timers.setTimeout(() => reject(fail('network')), 30));
    const { registry, providers } = registryOf([late, 'b answers'], { timeout: 5_000, timers });
    const call = registry.stream(ask);
    await timers.advance(30);
    await (await call).result();
    const totals = providers.map(
      ({ calls }) => (calls[0] as { options: { timeout: { total: number } } }).options.timeout.total,
    );
    expect(totals).toEqual([5_000, 4_970]);
  });

  it('ends the call on time even if a provider ignores it, and nobody else is tried', async () => {
    const { answer } = silence();
    const { registry, tried } = registryOf([fail('network'), answer], { timeout: 60 });
    const before = performance.now();
    const error = await failureOf(registry.stream(ask));
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(error).toMatchObject({ code: 'deadline-exceeded', name: 'AllTargetsFailedError' });
    expect(error.message).toContain('b: the call did not end within 60 ms');
    expect(tried()).toEqual(['a', 'b']);
  });

  it('cancels a stream that opens after it', async () => {
    const opened = Promise.withResolvers<ChatStream>();
    const cancelled = Promise.withResolvers<void>();
    const { registry } = registryOf([() => opened.promise], { timeout: 20 });
    expect(await failureOf(registry.stream(ask))).toMatchObject({ code: 'deadline-exceeded' });
    const late = await fromText('too late', { provider: 'a' });
    const cancel = late.cancel.bind(late);
    late.cancel = async () => {
      await cancel();
      cancelled.resolve();
    };
    opened.resolve(late);
    await cancelled.promise;
  });
});

describe('the caller’s abort', () => {
  it('asks nobody if it came before the call', async () => {
    const { registry, tried } = registryOf(['a answers']);
    expect(await failureOf(registry.stream(ask, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    });
    expect(tried()).toEqual([]);
  });

  it('ends the call at once, tries nobody else, and is no failure of a target', async () => {
    const { answer, called } = silence();
    const { registry, tried } = registryOf([answer, 'b answers']);
    const controller = new AbortController();
    const failed = failureOf(registry.stream(ask, { signal: controller.signal }));
    const { signal } = await called;
    controller.abort();
    expect(signal?.aborted).toBe(true);
    const error = await failed;
    expect(error.code).toBe('aborted');
    expect(error).not.toBeInstanceOf(AllTargetsFailedError);
    expect(tried()).toEqual(['a']);
  });

  it('counts as such whatever the provider makes of it', async () => {
    const answer: FakeAnswer = (_request, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
      });
    const { registry } = registryOf([answer, 'b answers']);
    const controller = new AbortController();
    const failed = failureOf(registry.stream(ask, { signal: controller.signal }));
    controller.abort();
    expect((await failed).code).toBe('aborted');
  });

  it('leaves no listener behind, however the call ends', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const { registry } = registryOf([fail('network'), 'b answers']);
    await (await registry.stream(ask, { signal })).result();
    const broken = registryOf([fail('network'), fail('auth')]).registry;
    await failureOf(broken.stream(ask, { signal }));
    expect(listeners).toBe(0);
  });
});

describe('the signal that a target gets', () => {
  const { signal } = new AbortController();

  it.each<[string, CallOptions]>([
    ['none', {}],
    ['the caller’s', { signal }],
  ])('is %s, as it is, where nothing else can end the call', async (_whose, options) => {
    const { registry, providers } = registryOf([fail('server-error'), 'b answers']);
    await (await registry.stream(ask, options)).result();
    expect(providers.map(({ calls }) => calls[0]?.options.signal)).toEqual([options.signal, options.signal]);
  });

  it.each<[string, Omit<RegistryConfig, 'providers'>]>([
    ['a deadline', { timeout: 60_000 }],
    ['a second attempt', { hedge: { afterMs: 60_000 } }],
    ['a reader of an answer that goes on', { resume: 'continue' }],
  ])('is one of its own where %s may end its attempt, too', async (_what, config) => {
    const { registry, providers } = registryOf([fail('server-error'), 'b answers'], config);
    await (await registry.stream(ask, { signal })).result();
    const signals = providers.map(({ calls }) => calls[0]?.options.signal);
    expect(new Set([signal, ...signals]).size).toBe(3);
    expect(signals).not.toContain(undefined);
  });
});

describe('the stream of an answer', () => {
  it('is the provider’s own, marked in place: a token costs what it costs without a registry', async () => {
    const own = await fromText('b answers', { provider: 'b' });
    const { registry } = registryOf([fail('server-error'), () => Promise.resolve(own)]);
    const stream = await registry.stream(ask);
    expect(stream).toBe(own);
    expect(stream.route?.target).toBe('b');
  });
});

describe('what a decision tells', () => {
  it('repeats neither the prompt nor a credential that a provider put into its error', async () => {
    const leaky = new ChatError(
      'auth',
      `no: "${ask.messages[0]?.content}" with key sk-abcdef0123456789\n at line 2`,
      {
        status: 401,
      },
    );
    const { registry } = registryOf([leaky, 'b answers']);
    const stream = await registry.stream(ask);
    const [attempt] = stream.route?.attempts ?? [];
    expect(attempt).toMatchObject({ target: 'a', outcome: 'auth', status: 401 });
    expect(attempt?.message).toBe('no: "[prompt]" with key [redacted] at line 2');
    expect(attempt?.durationMs).toBeGreaterThanOrEqual(0);
  });
});

describe('a stream that was not made by core', () => {
  it('that fails on its first event counts as failed before the answer', async () => {
    const foreign = Object.assign(Object.create(null), {
      provider: 'a',
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(fail('overloaded')) }),
      cancel: async () => {},
    }) as ChatStream;
    const { registry } = registryOf([async () => foreign, 'b answers']);
    const stream = await registry.stream(ask);
    expect(stream.route?.attempts.map(({ outcome }) => outcome)).toEqual(['overloaded', 'served']);
  });
});
