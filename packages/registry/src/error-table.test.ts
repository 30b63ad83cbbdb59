import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChatErrorCode, complete, errorPolicies, type RouteAttempt, type Timeouts } from '@sluice/core';
import {
  createBlackhole,
  createSandbox,
  type FaultRequest,
  type Sandbox,
  type UnreachableServer,
} from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, capable, failureOf } from './fake-provider.fixture.ts';
import type { Registry, RegistryConfig } from './registry.ts';
import { sseProvider } from './sse-provider.fixture.ts';

/** One row of the table on a real socket. */
interface Row {
  readonly code: ChatErrorCode;
  /** What the first of two upstreams does to make it happen. */
  readonly fault?: FaultRequest;
  /** Where the first is instead of in the sandbox. */
  readonly firstAt?: keyof typeof elsewhere;
  readonly config?: Partial<RegistryConfig>;
  /** Limits of the first alone. */
  readonly firstTimeout?: Timeouts;
  /** How often the first is asked if it is the only one, with what it does every time. */
  readonly alone: number;
  /** What rests afterwards, and for how long in milliseconds. */
  readonly rests?: readonly [what: string, forMs: number];
}

/** Nobody listens on port 1, on any machine that tests run on. */
const elsewhere = { refused: 'http://127.0.0.1:1', silentTls: '', filtering: '' };

/** Every code that an upstream can cause before its answer begins. The others have tests of their own: see below. */
const rows: readonly Row[] = [
  { code: 'invalid-request', fault: { name: 'status-400' }, alone: 1 },
  { code: 'context-length', fault: { name: 'status-413' }, alone: 1 },
  { code: 'auth', fault: { name: 'status-401' }, alone: 1, rests: ['credential', 300_000] },
  { code: 'payment-required', fault: { name: 'status-402' }, alone: 1, rests: ['credential', 3_600_000] },
  {
    code: 'rate-limited',
    fault: { name: 'status-429', parameters: { retryAfter: 'seconds', retryAfterMs: 60_000 } },
    alone: 1,
    rests: ['target', 60_000],
  },
  {
    code: 'rate-limited',
    fault: { name: 'status-429', parameters: { retryAfter: 'none' } },
    alone: 1,
    config: { timeout: { total: 2_000 } },
    rests: ['target', 5_000],
  },
  { code: 'overloaded', fault: { name: 'status-529' }, alone: 2 },
  { code: 'server-error', fault: { name: 'status-500' }, alone: 2 },
  {
    code: 'first-token-timeout',
    fault: { name: 'never-answer' },
    alone: 1,
    firstTimeout: { firstToken: 200 },
  },
  { code: 'network', firstAt: 'refused', alone: 2 },
  { code: 'connect-timeout', firstAt: 'silentTls', alone: 1, firstTimeout: { connect: 200 } },
  { code: 'content-filter', firstAt: 'filtering', alone: 1 },
  { code: 'model-not-found', fault: { name: 'status-404' }, alone: 1, rests: ['model', 600_000] },
  { code: 'invalid-response', fault: { name: 'garbage' }, alone: 1 },
  { code: 'blocked', fault: { name: 'challenge-page' }, alone: 1, rests: ['provider', 600_000] },
  { code: 'truncated', fault: { name: 'clean-close', parameters: { after: 0 } }, alone: 1 },
  { code: 'empty-response', fault: { name: 'only-finish' }, alone: 2 },
];

describe('the error table, on real sockets', () => {
  let sandbox: Sandbox;
  let filtering: Server;
  let silentTls: UnreachableServer;
  beforeAll(async () => {
    sandbox = await createSandbox();
    silentTls = await createBlackhole();
    elsewhere.silentTls = silentTls.url.replace('http:', 'https:');
    filtering = createServer((request, response) => {
      request.resume();
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"not that","code":"content_filter"}}');
    });
    await new Promise<void>((resolve) => void filtering.listen(0, '127.0.0.1', resolve));
    elsewhere.filtering = `http://127.0.0.1:${(filtering.address() as AddressInfo).port}`;
  });
  beforeEach(() => sandbox.reset());
  afterAll(async () => {
    filtering.closeAllConnections();
    filtering.close();
    await Promise.all([sandbox.close(), silentTls.close()]);
  });

  function registryFor({ fault, firstAt, config, firstTimeout }: Row, targets: readonly string[]): Registry {
    if (fault) sandbox.setFault('openai', fault);
    const first = firstAt ? elsewhere[firstAt] : sandbox.urls.openai;
    return createRegistry({
      providers: [
        sseProvider('first', first, 'sandbox', firstTimeout),
        sseProvider('second', sandbox.urls.ylokh, 'sandbox'),
      ],
      default: [...targets],
      strategy: 'ordered',
      retry: { baseMs: 1 },
      seed: 1,
      ...config,
    });
  }

  const asked = (service: 'openai' | 'ylokh'): number =>
    sandbox.requestsTo({ service, phase: 'message' }).length;

  it.each(rows.map((row) => [row.code, row] as const))(
    '%s at the first of two: what is tried next, what rests, what the caller gets',
    async (code, row) => {
      const registry = registryFor(row, ['first', 'second']);
      const { tryNext } = errorPolicies[code];
      const call = complete(registry, ask);
      let attempts: readonly RouteAttempt[] = [];
      if (tryNext === 'yes') {
        const { text, route } = await call;
        expect(text).toBe(sandbox.requestsTo({ service: 'ylokh', phase: 'message' })[0]?.answer);
        expect(asked('ylokh')).toBe(1);
        attempts = route?.attempts ?? [];
        expect(attempts.map(({ outcome }) => outcome)).toEqual([code, 'served']);
      } else {
        const error = await failureOf(call);
        expect(error.code).toBe(code);
        expect(asked('ylokh')).toBe(0);
      }
      const [rest] = registry.snapshot().cooldowns;
      expect(rest?.scope).toBe(row.rests?.[0]);
      if (row.rests) {
        expect(attempts[0]?.cooled?.what).toBe(row.rests[0]);
        expect(attempts[0]?.cooled?.forMs).toBeGreaterThan(row.rests[1] - 1_000);
        expect(attempts[0]?.cooled?.forMs).toBeLessThanOrEqual(row.rests[1]);
        // The next request leaves it alone, and says why.
        const { candidates, plan } = registry.plan(ask);
        expect(plan).toEqual(['second']);
        const refused = candidates.find(({ verdict }) => verdict === 'refused');
        expect(refused?.reason).toContain(`because of ${code}`);
        expect(refused?.availableInMs).toBeGreaterThan(row.rests[1] - 2_000);
      }
      await registry.close();
    },
  );

  it.each(rows.map((row) => [row.code, row] as const))(
    '%s at the only one: how often it is asked, and what the caller gets',
    async (code, row) => {
      const registry = registryFor(row, ['first']);
      const error = await failureOf(complete(registry, ask));
      expect(error.code).toBe(code);
      if (!row.firstAt) expect(asked('openai')).toBe(row.alone);
      expect((error as { attempts?: readonly RouteAttempt[] }).attempts).toHaveLength(row.alone);
      await registry.close();
    },
  );

  it('a rate limit whose Retry-After fits the deadline is waited for, and not a moment less', async () => {
    sandbox.setFault('openai', {
      name: 'status-429',
      times: 1,
      parameters: { retryAfter: 'ms', retryAfterMs: 120 },
    });
    const registry = registryFor({ code: 'rate-limited', alone: 2 }, ['first']);
    const { route } = await complete(registry, ask, { timeout: 5_000 });
    expect(route?.attempts.map(({ outcome }) => outcome)).toEqual(['rate-limited', 'served']);
    expect(route?.attempts[1]?.waitedMs).toBeGreaterThanOrEqual(120);
    expect(route?.attempts[1]?.waitedMs).toBeLessThan(1_000);
    await registry.close();
  });

  it('a Retry-After that is longer than the deadline is not waited for, and told to the caller', async () => {
    sandbox.setFault('openai', {
      name: 'status-429',
      parameters: { retryAfter: 'seconds', retryAfterMs: 9_000 },
    });
    const registry = registryFor({ code: 'rate-limited', alone: 1 }, ['first']);
    const before = performance.now();
    const error = await failureOf(complete(registry, ask, { timeout: 3_000 }));
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 9_000, status: 429 });
    const again = await failureOf(complete(registry, ask, { timeout: 3_000 }));
    expect(again).toMatchObject({ name: 'NoTargetError', code: 'rate-limited' });
    expect(again.retryAfterMs).toBeGreaterThan(7_000);
    expect(asked('openai')).toBe(1);
    await registry.close();
  });

  it('a content filter is asked another way only where the configuration says so', async () => {
    const row: Row = {
      code: 'content-filter',
      firstAt: 'filtering',
      alone: 1,
      config: { onContentFilter: 'next' },
    };
    const registry = registryFor(row, ['first', 'second']);
    const { route } = await complete(registry, ask);
    expect(route?.attempts.map(({ outcome }) => outcome)).toEqual(['content-filter', 'served']);
    expect(registry.snapshot()).toMatchObject({ cooldowns: [], targets: [{ successRate: 1 }, {}] });
    await registry.close();
  });

  it('a full target is passed over at once, and where there is no other the caller is told when to come again', async () => {
    sandbox.setFault('openai', { name: 'stall', parameters: { after: 1 } });
    const registry = createRegistry({
      providers: [
        { provider: sseProvider('first', sandbox.urls.openai, 'sandbox'), limits: { concurrency: 1 } },
        sseProvider('second', sandbox.urls.ylokh, 'sandbox'),
      ],
      routes: { both: { targets: ['first', 'second'], strategy: 'ordered' }, one: ['first'] },
      queue: { maxWaiting: 0 },
    });
    const holds = await registry.stream({ ...ask, model: 'both' });
    const { provider, route } = await complete(registry, { ...ask, model: 'both' });
    expect([provider, route?.attempts.length]).toEqual(['second', 1]);
    expect(route?.candidates[1]).toMatchObject({ target: 'first', reason: '1 of 1 slots are taken' });
    const error = await failureOf(complete(registry, { ...ask, model: 'one' }));
    expect(error).toMatchObject({ name: 'NoTargetError', code: 'saturated' });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect([asked('openai'), registry.snapshot().cooldowns]).toEqual([1, []]);
    await holds.cancel();
    await sandbox.waitForIdle();
    await registry.close();
  });

  it('no target at all, or a bug of ours: nobody else is asked, nothing rests', async () => {
    const broken = sseProvider('first', sandbox.urls.openai, 'sandbox');
    broken.stream = () => {
      throw new TypeError('a bug');
    };
    const registry = createRegistry({
      providers: [
        broken,
        sseProvider('second', sandbox.urls.ylokh, 'sandbox'),
        { provider: sseProvider('third', sandbox.urls.ylokh, 'sandbox'), disabled: 'under repair' },
      ],
      routes: { bug: { targets: ['first', 'second'], strategy: 'ordered' }, none: ['third'] },
    });
    expect((await failureOf(complete(registry, { ...ask, model: 'bug' }))).code).toBe('internal');
    const error = await failureOf(complete(registry, { ...ask, model: 'none' }));
    expect(error).toMatchObject({ code: 'no-target', message: expect.stringContaining('under repair') });
    expect([asked('openai'), asked('ylokh'), registry.snapshot().cooldowns]).toEqual([0, 0, []]);
    await registry.close();
  });

  it('a stall after some text is the reader’s failure, and counts against its target', async () => {
    sandbox.setFault('openai', { name: 'stall', parameters: { after: 2 } });
    const registry = registryFor({ code: 'idle-timeout', alone: 1, firstTimeout: { idle: 200 } }, [
      'first',
      'second',
    ]);
    const error = await failureOf(complete(registry, ask));
    expect(error).toMatchObject({ code: 'idle-timeout' });
    expect(error.partial?.text).not.toBe('');
    expect(asked('ylokh')).toBe(0);
    expect(registry.snapshot().targets[0]?.successRate).toBeLessThan(1);
    await registry.close();
  });

  it('a deadline that passes is nobody’s fault, and leaves nothing open', async () => {
    sandbox.setFault('openai', { name: 'never-answer' });
    const registry = registryFor({ code: 'deadline-exceeded', alone: 1 }, ['first']);
    // A timer of the same length shows how late this machine is anyhow.
    const dueAt = new Promise<number>((resolve) => setTimeout(() => resolve(performance.now()), 200));
    const error = await failureOf(complete(registry, ask, { timeout: 200 }));
    expect(performance.now() - (await dueAt)).toBeLessThan(100);
    expect(error.code).toBe('deadline-exceeded');
    expect(registry.snapshot()).toMatchObject({
      cooldowns: [],
      targets: [{ successRate: 1, inFlight: 0 }, {}],
    });
    await sandbox.waitForIdle();
    await registry.close();
  });

  it('a hanging first target leaves time for the second', async () => {
    sandbox.setFault('openai', { name: 'never-answer' });
    const registry = registryFor({ code: 'first-token-timeout', alone: 1 }, ['first', 'second']);
    const { provider, route } = await complete(registry, ask, { timeout: 4_000 });
    expect(provider).toBe('second');
    expect(route?.attempts[0]).toMatchObject({ outcome: 'first-token-timeout' });
    expect(route?.attempts[0]?.message).toContain('its share of the deadline');
    await sandbox.waitForIdle();
    await registry.close();
  });

  it('an abort ends everything, closes the socket and blames nobody', async () => {
    sandbox.setFault('openai', { name: 'never-answer' });
    const registry = registryFor({ code: 'aborted', alone: 1 }, ['first', 'second']);
    const controller = new AbortController();
    const failed = failureOf(complete(registry, ask, { signal: controller.signal }));
    const request = await sandbox.waitForRequest({ service: 'openai', phase: 'message' });
    controller.abort();
    expect((await failed).code).toBe('aborted');
    expect(await request.ended).toBe('client');
    expect(asked('ylokh')).toBe(0);
    expect(registry.snapshot()).toMatchObject({
      cooldowns: [],
      targets: [{ successRate: 1, inFlight: 0 }, {}],
    });
    await registry.close();
  });

  it('what the first cannot do goes to the second unasked; what nobody can do is refused', async () => {
    const blind = {
      ...sseProvider('first', sandbox.urls.openai, 'sandbox'),
      capabilities: { ...capable, json: 'none' as const },
    };
    const registry = createRegistry({
      providers: [blind, sseProvider('second', sandbox.urls.ylokh, 'sandbox')],
      routes: { both: ['first', 'second'], one: ['first'] },
    });
    const json = { ...ask, responseFormat: { type: 'json' } } as const;
    expect((await complete(registry, { ...json, model: 'both' })).provider).toBe('second');
    expect((await failureOf(complete(registry, { ...json, model: 'one' }))).code).toBe('unsupported');
    expect(asked('openai')).toBe(0);
    expect(registry.snapshot().cooldowns).toEqual([]);
    await registry.close();
  });
});
