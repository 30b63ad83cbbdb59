import { ChatError, complete } from '@sluice/core';
import { createSandbox, type FaultRequest, type FaultRow, faults, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf, fakeProvider, inOrder } from './fake-provider.fixture.ts';
import { routeOf } from './route-of.ts';
import { sseProvider } from './sse-provider.fixture.ts';

describe('a registry over two real servers', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
  });
  afterAll(() => sandbox.close());

  const twoServers = () =>
    createRegistry({
      ...inOrder,
      providers: [
        sseProvider('first', sandbox.urls.openai, 'sandbox', { firstToken: 400, idle: 400 }),
        sseProvider('second', sandbox.urls.ylokh, 'sandbox'),
      ],
      default: ['first', 'second'],
    });

  /** What every fault that strikes before the answer has in common; the others let an answer begin. */
  const beforeTheAnswer = (row: FaultRow): boolean =>
    ['connect', 'headers', 'status', 'redirect'].includes(row.group);
  const endsTheCall = new Set(['status-400', 'status-422']);

  it.each(faults.filter(beforeTheAnswer).map((row) => [row.name, row] as const))(
    '%s at the first: the second answers, once',
    async (name) => {
      sandbox.reset();
      sandbox.setFault('openai', name);
      const registry = twoServers();
      const call = registry.stream(ask);
      if (endsTheCall.has(name)) {
        expect((await failureOf(call)).code).toBe('invalid-request');
        expect(sandbox.requestsTo({ service: 'ylokh' })).toHaveLength(0);
      } else {
        const stream = await call;
        const { text, provider } = await stream.result();
        expect(provider).toBe('second');
        expect(stream.route?.attempts.map(({ target }) => target)).toEqual(['first', 'second']);
        const [served, ...more] = sandbox.requestsTo({ service: 'ylokh', phase: 'message' });
        expect(text).toBe(served?.answer);
        expect(more).toEqual([]);
      }
      await registry.close();
    },
  );

  it.each<FaultRequest>([
    { name: 'error-first' },
    { name: 'challenge-page' },
    { name: 'empty-body' },
    { name: 'only-finish' },
    { name: 'clean-close', parameters: { after: 0 } },
    { name: 'reset', parameters: { after: 0 } },
  ])(
    '$name in a 200 at the first, before it said anything: the answer is the second’s alone',
    async (fault) => {
      sandbox.reset();
      sandbox.setFault('openai', fault);
      const registry = twoServers();
      const result = await complete(registry, ask);
      expect(result.route?.attempts.map(({ target }) => target)).toEqual(['first', 'second']);
      expect(result.text).toBe(sandbox.requestsTo({ service: 'ylokh', phase: 'message' })[0]?.answer);
      await registry.close();
    },
  );

  it.each<FaultRequest['name']>(['clean-close', 'reset', 'stall', 'error-event'])(
    '%s after some text: the reader gets the failure, and the second is not asked',
    async (name) => {
      sandbox.reset();
      sandbox.setFault('openai', { name, parameters: { after: 3 } });
      const registry = twoServers();
      const stream = await registry.stream(ask);
      const error = await failureOf(stream.result());
      const whole = sandbox.requestsTo({ service: 'openai', phase: 'message' })[0]?.answer;
      expect(error.partial?.text).not.toBe('');
      expect(whole?.startsWith(error.partial?.text ?? '-')).toBe(true);
      expect(sandbox.requestsTo({ service: 'ylokh' })).toHaveLength(0);
      await registry.close();
    },
  );

  it('names both when both fail', async () => {
    sandbox.reset();
    sandbox.setFault('openai', 'reset-before-headers');
    sandbox.setFault('ylokh', { name: 'status-429', parameters: { retryAfterMs: 3_000 } });
    const registry = twoServers();
    const error = await failureOf(registry.stream(ask));
    expect(error).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: 3_000,
      status: 429,
      provider: 'second',
    });
    expect(routeOf(error)?.attempts.map(({ outcome }) => outcome)).toEqual(['network', 'rate-limited']);
    await registry.close();
  });

  it('closes the upstream socket when the reader leaves or the caller aborts', async () => {
    sandbox.reset();
    sandbox.configure({ tokensPerSecond: 20, answerTokens: 500 });
    const registry = twoServers();
    for await (const event of await registry.stream(ask)) if (event.type === 'text-delta') break;
    expect(await (await sandbox.waitForRequest({ service: 'openai' })).ended).toBe('client');

    const controller = new AbortController();
    const stream = await registry.stream(ask, { signal: controller.signal });
    controller.abort();
    expect((await failureOf(stream.result())).code).toBe('aborted');
    expect(await (await sandbox.waitForRequest({ service: 'openai' }, 2)).ended).toBe('client');
    sandbox.configure({ tokensPerSecond: 0 });
    await registry.close();
  });
});

describe('a registry as a provider', () => {
  it('can stand in another registry, which tells its own route', async () => {
    const inner = createRegistry({
      ...inOrder,
      id: 'inner',
      providers: [fakeProvider('a', new ChatError('network', 'down')), fakeProvider('b')],
      default: ['a', 'b'],
    });
    const outer = createRegistry({
      ...inOrder,
      providers: [fakeProvider('c', new ChatError('auth', 'no')), inner],
      default: ['c', 'inner'],
    });
    const stream = await outer.stream(ask);
    expect(stream.route).toMatchObject({ target: 'inner', plan: ['c', 'inner'] });
    expect((await stream.result()).text).toBe('b says so');

    const broken = createRegistry({
      ...inOrder,
      id: 'broken',
      providers: [fakeProvider('a', new ChatError('rate-limited', 'slow down', { retryAfterMs: 5 }))],
    });
    const next = createRegistry({
      ...inOrder,
      providers: [broken, fakeProvider('b')],
      default: ['broken', 'b'],
    });
    expect((await next.stream(ask)).route?.attempts[0]).toMatchObject({
      target: 'broken',
      outcome: 'rate-limited',
    });
  });

  it('that has no target sends the request on to the next provider of the outer one', async () => {
    const inner = createRegistry({
      id: 'inner',
      providers: [
        { provider: fakeProvider('a'), disabled: 'under repair' },
        fakeProvider('b', '', { capabilities: { tools: 'none' } }),
      ],
      default: ['a', 'b'],
    });
    const outer = createRegistry({
      ...inOrder,
      providers: [inner, fakeProvider('c')],
      default: ['inner', 'c'],
    });
    const request = { ...ask, tools: [{ name: 'now' }] };
    expect((await failureOf(inner.stream(request))).code).toBe('no-target');
    const { route } = await outer.stream(request);
    expect(route?.attempts.map(({ outcome }) => outcome)).toEqual(['no-target', 'served']);
  });

  it('can do what any of its providers can', () => {
    const registry = createRegistry({
      providers: [
        fakeProvider('a', '', {
          capabilities: {
            vision: 'none',
            stop: 'emulated',
            needsAuth: true,
            maxInputChars: 10,
            parameters: ['topP'],
          },
        }),
        fakeProvider('b', '', {
          capabilities: {
            vision: 'emulated',
            stop: 'native',
            tools: 'none',
            maxInputChars: 20,
            parameters: ['topP', 'topK'],
          },
        }),
      ],
    });
    expect(registry.capabilities).toMatchObject({
      vision: 'emulated',
      stop: 'native',
      tools: 'native',
      audio: 'none',
      needsAuth: false,
      maxInputChars: 20,
      parameters: ['topP', 'topK'],
    });
    const open = createRegistry({
      providers: [fakeProvider('a', '', { capabilities: { maxInputChars: 10 } }), fakeProvider('b')],
    });
    expect(open.capabilities.maxInputChars).toBeUndefined();
  });

  it('checks a request before anybody is asked', async () => {
    const provider = fakeProvider('a');
    const registry = createRegistry({ providers: [provider] });
    const wrong = { messages: [{ role: 'robot', content: 'Hello' }] } as never;
    expect((await failureOf(registry.stream(wrong))).message).toMatch(/^messages\[0\]\.role must be one of/);
    expect(provider.calls).toEqual([]);
  });

  it('closes all of its providers, also after one that fails to, and takes no request any more', async () => {
    const providers = [fakeProvider('a'), fakeProvider('b'), fakeProvider('c')];
    const [, broken] = providers;
    Object.assign(broken as object, { close: () => Promise.reject(new ChatError('internal', 'stuck')) });
    const registry = createRegistry({ providers });
    expect((await failureOf(registry.close())).message).toBe('stuck');
    expect(providers[0]?.closed()).toBe(1);
    expect(providers[2]?.closed()).toBe(1);
    expect((await failureOf(registry.stream(ask))).code).toBe('aborted');
  });
});

describe('the models of a registry', () => {
  const registry = createRegistry({
    providers: [
      fakeProvider('a', '', { models: [{ id: 'm1', title: 'M one', source: 'upstream' }, { id: 'x/y:z' }] }),
      {
        provider: fakeProvider('b', '', { models: new ChatError('network', 'b is down') }),
        models: ['known'],
      },
      fakeProvider('c', '', { models: new Error('a bug') }),
    ],
  });

  it('are those of all providers, one that is down giving what it was registered with', async () => {
    expect(await registry.listModels()).toEqual([
      { id: 'a:m1', title: 'M one', source: 'upstream' },
      { id: 'a:x/y:z' },
      { id: 'b:known', source: 'manifest' },
    ]);
  });

  it('come provider by provider where the failures matter', async () => {
    const rows = await registry.listModelsByProvider();
    expect(rows.map(({ provider, error }) => [provider, error?.code])).toEqual([
      ['a', undefined],
      ['b', 'network'],
      ['c', 'internal'],
    ]);
  });

  it('are not listed for a caller who has aborted', async () => {
    const aborting = createRegistry({
      providers: [fakeProvider('a', '', { models: new ChatError('aborted', 'the caller aborted the call') })],
    });
    expect((await failureOf(aborting.listModels({ signal: AbortSignal.abort() }))).code).toBe('aborted');
  });
});

describe('a failure that no target is to blame for names the registry, as any provider names itself', () => {
  const registry = createRegistry({ id: 'mine', providers: [fakeProvider('a', 'Hello')] });

  it.each([
    ['an abort before the call', () => registry.stream(ask, { signal: AbortSignal.abort() }), 'aborted'],
    ['a name that nobody has', () => registry.stream({ ...ask, model: 'nobody:none' }), 'model-not-found'],
    ['an abort of a list of models', () => registry.listModels({ signal: AbortSignal.abort() }), 'aborted'],
  ])('%s', async (_name, call, code) => {
    expect(await failureOf(call())).toMatchObject({ code, provider: 'mine', sent: 'no' });
  });
});
