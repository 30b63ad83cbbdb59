import { inspect } from 'node:util';
import { ChatError, type ChatErrorCode, type RouteDecision, type Sent } from '@sluice/core';
import { expect, test } from 'vitest';
import { callError, failureOf } from './call-error.ts';

const served = { provider: 'one', model: 'm' };
const route: RouteDecision = {
  requested: 'm',
  strategy: 'ordered',
  candidates: [],
  plan: [],
  attempts: [{ target: 'one:m', outcome: 'server-error', durationMs: 1 }],
};

test.each<[ChatErrorCode, Sent, boolean]>([
  ['rate-limited', 'no', true],
  ['overloaded', 'maybe', true],
  ['server-error', 'maybe', true],
  ['empty-response', 'yes', true],
  ['network', 'no', true],
  ['network', 'maybe', false],
  ['auth', 'no', false],
  ['invalid-request', 'no', false],
  ['truncated', 'yes', false],
  ['first-token-timeout', 'maybe', false],
  ['deadline-exceeded', 'maybe', false],
])('%s with sent %s of a provider alone may be tried again: %s', (code, sent, retryable) => {
  const error = new ChatError(code, 'failed', { sent });
  expect(callError(error, served).isRetryable).toBe(retryable);
  expect(callError(error, { ...served, route }).isRetryable).toBe(false);
  expect(callError(Object.assign(error, { route }), served).isRetryable).toBe(false);
});

test('tells status, wait, body and code; a status of success is none', () => {
  const details = { status: 429, retryAfterMs: 70, body: 'slow down', provider: 'two' };
  expect(callError(new ChatError('rate-limited', 'slow', details), served)).toMatchObject({
    message: 'slow',
    url: 'sluice:two',
    statusCode: 429,
    responseHeaders: { 'retry-after-ms': '70' },
    responseBody: 'slow down',
    requestBodyValues: {},
    data: { code: 'rate-limited', sent: 'no', provider: 'two', model: 'm' },
  });
  expect(
    callError(new ChatError('rate-limited', 'slow', { status: 200 }), served).statusCode,
  ).toBeUndefined();
});

test('what is no ChatError is an internal one, and its text is not repeated', () => {
  const error = callError(new TypeError('the prompt'), served);
  expect(error).toMatchObject({ data: { code: 'internal' }, isRetryable: false });
  expect(error.message).not.toContain('the prompt');
});

test('an answer that had begun is not shown where the error is printed', () => {
  const partial = { text: 'half an answer', reasoning: '', toolCalls: [], complete: true };
  const error = callError(new ChatError('truncated', 'cut', { partial }), served);
  expect(inspect(error, { depth: 5 }) + JSON.stringify(error)).not.toContain('half an answer');
});

test.each([
  ['none', undefined, 'AbortError'],
  ['a text', 'enough', 'AbortError'],
  ['an error', new Error('enough'), 'AbortError'],
  ['a limit of time', new DOMException('late', 'TimeoutError'), 'TimeoutError'],
])('an abort with %s for a reason is one that the AI SDK knows', (_, reason, name) => {
  const controller = new AbortController();
  controller.abort(reason);
  const error = new ChatError('aborted', 'the caller aborted the call');
  expect(failureOf(error, served, controller.signal)).toMatchObject({ name });
});

test('the end of a provider that was closed is no abort of the caller', () => {
  const error = new ChatError('aborted', 'one was closed');
  const failure = failureOf(error, served, new AbortController().signal);
  expect(failure).toMatchObject({ name: 'AI_APICallError', isRetryable: false });
});
