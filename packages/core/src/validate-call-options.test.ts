import { describe, expect, it } from 'vitest';
import { CallScope, resolveTimeouts } from './call-scope.ts';
import { ask, echoProvider, failureOf } from './echo-codec.fixture.ts';
import type { CallOptions } from './request.ts';
import { validateCallOptions } from './validate-call-options.ts';

describe('how a call is made', () => {
  it.each([
    {},
    { stream: false, includeRaw: true, proxy: false },
    { proxy: 'socks5://127.0.0.1:1', headers: { a: 'b', c: undefined } },
    { signal: AbortSignal.abort(), timeout: 0 },
    { timeout: Number.POSITIVE_INFINITY },
    { timeout: { connect: 1, firstToken: 0, idle: undefined, total: 0.5 } },
    { headers: Object.assign(Object.create(null), { a: 'b' }) },
    // As others write "none".
    { signal: null, timeout: null, proxy: null, headers: null },
    { ofSomebodyElse: 1 },
  ])('may be %j', (options) => {
    validateCallOptions(options);
    new CallScope(options as CallOptions).close();
  });

  it.each([
    [null, 'the call options must be an object, got null'],
    ['fast', 'the call options must be an object, got string'],
    [{ timeout: '30000' }, 'timeout must be a number of milliseconds from 0, got string'],
    [{ timeout: Number.NaN }, 'timeout must be a number of milliseconds from 0, got NaN'],
    [{ timeout: -5 }, 'timeout must be a number of milliseconds from 0, got -5'],
    [{ timeout: true }, 'timeout must be a number of milliseconds from 0, got boolean'],
    [{ timeout: [5] }, 'timeout must be a number of milliseconds from 0, got an array'],
    [{ timeout: { idle: '5' } }, 'timeout.idle must be a number of milliseconds from 0, got string'],
    [{ timeout: { total: -1 } }, 'timeout.total must be a number of milliseconds from 0, got -1'],
    [{ timeout: { totl: 5 } }, 'timeout.totl is none of connect, firstToken, idle, total, got number'],
    [{ signal: {} }, 'signal must be an AbortSignal (of an AbortController: its signal), got object'],
    [
      { signal: new AbortController() },
      'signal must be an AbortSignal (of an AbortController: its signal), got object',
    ],
    [{ proxy: new URL('http://a') }, 'proxy must be an address or false, got object'],
    [{ proxy: true }, 'proxy must be an address or false, got boolean'],
    [{ headers: new Headers({ a: 'b' }) }, 'headers must be a plain object of strings, got object'],
    [{ headers: [['a', 'b']] }, 'headers must be a plain object of strings, got an array'],
    [{ headers: 'a: b' }, 'headers must be a plain object of strings, got string'],
    [{ headers: { a: 5 } }, 'headers.a must be a string, got number'],
    [{ stream: 'no' }, 'stream must be true or false, got string'],
    [{ includeRaw: 1 }, 'includeRaw must be true or false, got number'],
  ])('is refused before anything is sent: %j', async (options, message) => {
    const provider = echoProvider('http://127.0.0.1:1');
    const calls = [provider.stream(ask, options as never), provider.listModels(options as never)];
    for (const call of calls) {
      expect(await failureOf(call)).toMatchObject({ code: 'invalid-request', message, sent: 'no' });
    }
  });

  it('is checked wherever limits are read, also those of a provider', () => {
    for (const wrong of ['5', -1, { idle: Number.NaN }] as never[]) {
      expect(() => resolveTimeouts(wrong)).toThrow(/^timeout/);
      expect(() => resolveTimeouts(undefined, wrong)).toThrow(/^timeout/);
    }
  });
});
