import { inspect } from 'node:util';
import { ChatError, type ChatErrorCode, type ChatErrorDetails } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { AllTargetsFailedError } from './all-targets-failed-error.ts';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf, fakeProvider, inOrder } from './fake-provider.fixture.ts';

type Failure = readonly [code: ChatErrorCode, details?: ChatErrorDetails];

async function failedWith(...failures: readonly Failure[]): Promise<AllTargetsFailedError> {
  const providers = failures.map(([code, details], index) =>
    fakeProvider(`p${index}`, new ChatError(code, `${code} here`, details)),
  );
  const registry = createRegistry({
    ...inOrder,
    providers,
    default: providers.map(({ id }) => id),
    maxAttempts: 9,
  });
  return (await failureOf(registry.stream(ask))) as AllTargetsFailedError;
}

describe('when every target failed', () => {
  it('the error is an AggregateError and a ChatError that names each target and why, a line each', async () => {
    const error = await failedWith(['network'], ['auth', { status: 401, body: '{"error":"key"}' }]);
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toBeInstanceOf(AllTargetsFailedError);
    expect(ChatError.is(error)).toBe(true);
    expect(error.name).toBe('AllTargetsFailedError');
    expect(error.errors.map(({ code }) => code)).toEqual(['network', 'auth']);
    expect(error.cause).toBe(error.errors[1]);
    expect(error.attempts).toMatchObject([
      { target: 'p0', outcome: 'network' },
      { target: 'p1', outcome: 'auth', status: 401 },
    ]);
    expect(error.message.split('\n')).toEqual([
      'no target answered:',
      '  p0: network here (network)',
      '  p1: auth here (auth)',
    ]);
    expect(error).toMatchObject({ code: 'auth', status: 401, provider: 'p1', body: '{"error":"key"}' });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'auth', attempts: [{}, {}] });
  });

  it('shows by itself neither what arrived of an answer nor details that nobody gave', async () => {
    const partial = { text: 'half of an answer', reasoning: '', toolCalls: [], complete: true };
    const error = await failedWith(['truncated', { partial }]);
    expect(error.partial).toBe(partial);
    expect(Object.keys(error)).not.toContain('partial');
    expect(Object.keys(error)).not.toContain('status');
    expect(inspect(error, { depth: 0 })).not.toContain('half of an answer');
  });

  it('one target makes one line', async () => {
    expect((await failedWith(['network'])).message).toBe('no target answered: p0: network here (network)');
  });

  it.each<[readonly ChatErrorCode[], ChatErrorCode]>([
    [['network', 'rate-limited', 'auth'], 'rate-limited'],
    [['model-not-found', 'network'], 'network'],
    [['model-not-found', 'model-not-found'], 'model-not-found'],
    [['unsupported', 'context-length'], 'context-length'],
    [['auth', 'connect-timeout'], 'auth'],
    [['overloaded', 'auth', 'server-error'], 'overloaded'],
    [['rate-limited', 'invalid-request'], 'invalid-request'],
    [['rate-limited', 'network', 'invalid-request'], 'invalid-request'],
  ])('of %j the most informative is %s', async (codes, headline) => {
    expect((await failedWith(...codes.map((code) => [code] as const))).code).toBe(headline);
  });

  it.each([
    [Number.POSITIVE_INFINITY, 86_400_000],
    [1e18, 86_400_000],
    [-5, undefined],
    [Number.NaN, undefined],
  ])('a wait of %d ms is told as %s', async (retryAfterMs, told) => {
    expect((await failedWith(['rate-limited', { retryAfterMs }])).retryAfterMs).toBe(told);
  });

  it('the wait is the shortest that a rate-limited target asked for', async () => {
    const error = await failedWith(
      ['rate-limited', { retryAfterMs: 9_000, status: 429 }],
      ['overloaded', { retryAfterMs: 10 }],
      ['rate-limited', { retryAfterMs: 4_000 }],
      ['rate-limited'],
    );
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 4_000, status: 429 });
    expect(await failedWith(['overloaded', { retryAfterMs: 10 }])).toMatchObject({ retryAfterMs: 10 });
    expect((await failedWith(['network'])).retryAfterMs).toBeUndefined();
  });

  it('tells the most that any attempt may have cost', async () => {
    expect((await failedWith(['network', { sent: 'yes' }], ['auth', { sent: 'no' }])).sent).toBe('yes');
    expect((await failedWith(['network', { sent: 'maybe' }], ['auth'])).sent).toBe('maybe');
    expect((await failedWith(['network'])).sent).toBe('no');
  });
});
