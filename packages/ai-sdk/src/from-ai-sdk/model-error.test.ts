import { inspect } from 'node:util';
import {
  APICallError,
  InvalidPromptError,
  JSONParseError,
  LoadAPIKeyError,
  NoSuchModelError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { ChatError } from '@sluice/core';
import { expect, test } from 'vitest';
import { type FailedCall, modelError } from './model-error.ts';

const prompt = 'the whole secret plan of the lock keepers';
const call: FailedCall = {
  provider: 'p',
  model: 'm',
  secrets: { prompts: [prompt], credentials: ['key-of-the-lock'] },
  answered: false,
  nowMs: Date.UTC(2026, 0, 1),
};

const http = (details: Partial<ConstructorParameters<typeof APICallError>[0]>): APICallError =>
  new APICallError({ message: 'failed', url: 'https://a.test', requestBodyValues: { prompt }, ...details });

const socket = (code: string): Error =>
  new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code }) });

test.each([
  [http({ statusCode: 401 }), 'auth', 'no'],
  [
    http({ statusCode: 400, responseBody: '{"error":{"code":"context_length_exceeded"}}' }),
    'context-length',
    'no',
  ],
  [http({ statusCode: 200, responseBody: '{"error":{"message":"rate limit"}}' }), 'rate-limited', 'yes'],
  [http({ statusCode: 200, responseBody: '<html>' }), 'invalid-response', 'maybe'],
  [http({ statusCode: 200, responseBody: 'nothing known' }), 'invalid-response', 'yes'],
  [http({ isRetryable: true }), 'network', 'maybe'],
  [http({ cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) }), 'network', 'no'],
  [http({ statusCode: 200, cause: socket('ECONNRESET') }), 'network', 'maybe'],
  [socket('UND_ERR_HEADERS_TIMEOUT'), 'first-token-timeout', 'maybe'],
  [
    http({ cause: Object.assign(new Error(prompt), { name: 'HTTPParserError' }) }),
    'invalid-response',
    'maybe',
  ],
  [new LoadAPIKeyError({ message: 'key is missing' }), 'auth', 'no'],
  [new NoSuchModelError({ modelId: 'x', modelType: 'languageModel' }), 'model-not-found', 'no'],
  [new UnsupportedFunctionalityError({ functionality: 'audio' }), 'unsupported', 'no'],
  [new InvalidPromptError({ prompt, message: prompt }), 'invalid-request', 'no'],
  [new JSONParseError({ text: prompt, cause: undefined }), 'invalid-response', 'yes'],
  [Object.assign(new Error('busy'), { statusCode: 503 }), 'overloaded', 'yes'],
  [new DOMException('late', 'TimeoutError'), 'network', 'maybe'],
  [new Error('whatever'), 'server-error', 'maybe'],
  [{ message: 'Overloaded', type: 'overloaded_error' }, 'overloaded', 'yes'],
  ['out of order', 'server-error', 'yes'],
  [undefined, 'server-error', 'yes'],
] as const)('%s is %s, sent %s', (thrown, code, sent) => {
  const error = modelError(thrown, call);
  expect(error).toMatchObject({ code, sent, provider: 'p', model: 'm' });
  const shown = inspect(error, { depth: 8 }) + JSON.stringify(error);
  expect(shown).not.toContain(prompt);
});

test('an answer that had begun and whose socket closes is truncated', () => {
  const error = modelError(socket('UND_ERR_SOCKET'), { ...call, answered: true });
  expect(error).toMatchObject({ code: 'truncated', sent: 'yes' });
  expect(error.cause).toMatchObject({ code: 'UND_ERR_SOCKET' });
});

test('Retry-After and the body are kept, without key and prompt', () => {
  const responseBody = JSON.stringify({ error: { message: `key-of-the-lock said ${prompt}` } });
  const headers = { 'retry-after': '7' };
  const error = modelError(http({ statusCode: 429, responseBody, responseHeaders: headers }), call);
  expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 7_000, status: 429 });
  expect(inspect(error, { depth: 8 })).not.toMatch(/key-of-the-lock|secret plan/);
});

test('what a Sluice model behind a middleware of the AI SDK failed with is that, and not a guess', () => {
  const told = new ChatError('truncated', 'cut', { provider: 'inner', sent: 'yes' });
  expect(modelError(http({ cause: told }), call)).toBe(told);
});
