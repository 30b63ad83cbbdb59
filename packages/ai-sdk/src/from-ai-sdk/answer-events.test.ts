import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { ChatEvent } from '@sluice/core';
import { expect, test } from 'vitest';
import { createAnswerEvents } from './answer-events.ts';

const call = { provider: 'p', model: 'm', secrets: {}, nowMs: 0 };
const usage = {
  inputTokens: { total: 5, noCache: 2, cacheRead: 3, cacheWrite: undefined },
  outputTokens: { total: 7, text: 3, reasoning: 4 },
};
const none = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};
const stop = { unified: 'stop', raw: 'end' } as const;

function eventsOf(...parts: LanguageModelV4StreamPart[]): ChatEvent[] {
  const events = createAnswerEvents(call);
  const into: ChatEvent[] = [];
  for (const part of parts) events.push(part, into);
  return into;
}

test('every part that an answer has a place for becomes an event', () => {
  expect(
    eventsOf(
      {
        type: 'stream-start',
        warnings: [
          { type: 'unsupported', feature: 'seed' },
          { type: 'compatibility', feature: 'json', details: 'by the prompt' },
          { type: 'deprecated', setting: 'old', message: 'use new' },
          { type: 'other', message: 'hm' },
        ],
      },
      { type: 'response-metadata', id: 'r1', modelId: 'm1', timestamp: new Date(9) },
      { type: 'ping' },
      { type: 'raw', rawValue: 1 },
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'hm' },
      { type: 'reasoning-end', id: '0' },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'so' },
      { type: 'text-end', id: '1' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://a.test', title: 'A' },
      { type: 'source', sourceType: 'document', id: 's', mediaType: 'text/plain', title: 'B' },
      { type: 'tool-input-start', id: 'a', toolName: 'one' },
      { type: 'tool-input-start', id: 'b', toolName: 'two' },
      { type: 'tool-input-delta', id: 'b', delta: '{}' },
      { type: 'tool-input-delta', id: 'a', delta: '{}' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: '{}' },
      { type: 'tool-call', toolCallId: 'b', toolName: 'two', input: '{}' },
      { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tools' }, usage },
    ),
  ).toEqual([
    {
      type: 'warning',
      code: 'unsupported-parameter',
      feature: 'seed',
      message: 'the model has no seed of its own',
    },
    { type: 'warning', code: 'emulated', feature: 'json', message: 'by the prompt' },
    { type: 'warning', code: 'other', feature: 'old', message: 'use new' },
    { type: 'warning', code: 'other', message: 'hm' },
    { type: 'response-metadata', id: 'r1', model: 'm1', createdAtMs: 9 },
    { type: 'raw', value: 1 },
    { type: 'reasoning-delta', text: 'hm' },
    { type: 'text-delta', text: 'so' },
    { type: 'source', url: 'https://a.test', title: 'A' },
    { type: 'source', title: 'B' },
    { type: 'tool-call-delta', index: 0, id: 'a', name: 'one', argumentsDelta: '' },
    { type: 'tool-call-delta', index: 1, id: 'b', name: 'two', argumentsDelta: '' },
    { type: 'tool-call-delta', index: 1, argumentsDelta: '{}' },
    { type: 'tool-call-delta', index: 0, argumentsDelta: '{}' },
    { type: 'tool-call', id: 'a', name: 'one', arguments: '{}' },
    { type: 'tool-call', id: 'b', name: 'two', arguments: '{}' },
    {
      type: 'finish',
      reason: 'tool-calls',
      rawReason: 'tools',
      usage: { inputTokens: 5, outputTokens: 7, totalTokens: 12, reasoningTokens: 4, cachedInputTokens: 3 },
    },
  ]);
});

test('what has no place is left out with one warning a kind; calls that the provider runs itself are nobody else’s', () => {
  const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } } as const;
  const events = eventsOf(
    file,
    file,
    { type: 'tool-input-start', id: 'p', toolName: 'search', providerExecuted: true },
    { type: 'tool-input-delta', id: 'p', delta: '{}' },
    { type: 'tool-call', toolCallId: 'p', toolName: 'search', input: '{}', providerExecuted: true },
    { type: 'tool-result', toolCallId: 'p', toolName: 'search', result: 'found' },
  );
  expect(events).toMatchObject([
    { code: 'ignored-content', feature: 'file' },
    { code: 'ignored-content', feature: 'provider-executed tool-call' },
    { code: 'ignored-content', feature: 'tool-result' },
  ]);
});

test.each([
  [{ unified: 'interrupted', raw: undefined }, 'truncated'],
  [{ unified: 'other', raw: undefined }, 'truncated'],
  [{ unified: 'error', raw: undefined }, 'server-error'],
] as const)('an end that is none, %j, is %s', (finishReason, code) => {
  const end = { type: 'finish', finishReason, usage: none } as const;
  expect(() => eventsOf(end)).toThrow(expect.objectContaining({ code }));
});

test('an end for a reason of its own is an end, and counts that nobody made are not there', () => {
  const end = { type: 'finish', finishReason: { unified: 'other', raw: 'tired' }, usage: none } as const;
  expect(eventsOf(end)).toEqual([{ type: 'finish', reason: 'other', rawReason: 'tired' }]);
});

test('a whole answer without a reason for its end is whole all the same', () => {
  const into: ChatEvent[] = [];
  const end = { finishReason: { unified: 'other', raw: undefined }, usage: none, warnings: [] } as const;
  createAnswerEvents(call).whole({ ...end, content: [{ type: 'text', text: 'so' }], warnings: [] }, into);
  expect(into.at(-1)).toEqual({ type: 'finish', reason: 'other' });
});

test('a whole answer gives the same events', () => {
  const result: LanguageModelV4GenerateResult = {
    content: [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'so' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: '{}' },
    ],
    finishReason: stop,
    usage,
    warnings: [{ type: 'other', message: 'hm' }],
    response: { id: 'r1' },
  };
  const into: ChatEvent[] = [];
  createAnswerEvents(call).whole(result, into);
  expect(into.map(({ type }) => type)).toEqual([
    'warning',
    'response-metadata',
    'reasoning-delta',
    'text-delta',
    'tool-call',
    'finish',
  ]);
});

const said = { type: 'text-delta', id: '0', delta: 'so' } as const;
const begun = { type: 'tool-input-start', id: 'a', toolName: 'one' } as const;
const toolCalls = { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tools' }, usage } as const;

test.each([
  ['a part that is none', null],
  ['text that is none', { type: 'text-delta', id: '0' }],
  ['arguments that are no text', { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: { a: 1 } }],
  ['an end without a reason', { type: 'finish', usage }],
])('%s is the fault of the model, not ours: a registry goes on to the next target', (_, part) => {
  const code = 'invalid-response';
  expect(() => eventsOf(part as never)).toThrow(expect.objectContaining({ code, sent: 'yes' }));
});

test('a whole answer that is none is the fault of the model', () => {
  const events = createAnswerEvents(call);
  expect(() => events.whole(undefined as never, [])).toThrow(
    expect.objectContaining({ code: 'invalid-response' }),
  );
});

test('counts and warnings that a model leaves out cost no answer', () => {
  const parts = [{ type: 'stream-start' }, said, { type: 'finish', finishReason: stop }];
  expect(eventsOf(...(parts as never[]))).toEqual([
    { type: 'text-delta', text: 'so' },
    { type: 'finish', reason: 'stop', rawReason: 'end' },
  ]);
  const into: ChatEvent[] = [];
  const whole = { content: [{ type: 'text', text: 'so' }], finishReason: stop };
  createAnswerEvents(call).whole(whole as never, into);
  expect(into.at(-1)).toEqual({ type: 'finish', reason: 'stop', rawReason: 'end' });
});

test('a call that was announced and never came is no good end; one that was cut at a limit is', () => {
  expect(() => eventsOf(begun, toolCalls)).toThrow(expect.objectContaining({ code: 'invalid-response' }));
  const cut = { unified: 'length', raw: 'length' } as const;
  expect(eventsOf(begun, { type: 'finish', finishReason: cut, usage }).at(-1)).toMatchObject({
    reason: 'length',
  });
});

test('input that begins again under its name does not flow into that of the next call', () => {
  const delta = (id: string) => ({ type: 'tool-input-delta', id, delta: id }) as const;
  const events = eventsOf(begun, begun, delta('a'), { ...begun, id: 'b' }, delta('b'));
  const indexes = events.flatMap((event) =>
    event.type === 'tool-call-delta' && event.argumentsDelta !== '' ? [event.index] : [],
  );
  expect(new Set(indexes).size).toBe(2);
});
