import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { decode } from './decode.fixture.ts';

const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

function answer(message: object, finish_reason: string | null = 'stop'): string {
  return JSON.stringify({
    id: 'c-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm-1',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
    usage,
  });
}

test('a whole answer comes as the events of a stream', () => {
  const { events, error } = decode(answer({ content: 'Hello', reasoning_content: 'Hm', refusal: null }));
  expect(error).toBeUndefined();
  expect(events).toEqual([
    { type: 'response-metadata', id: 'c-1', model: 'm-1', createdAtMs: 1_700_000_000_000 },
    { type: 'reasoning-delta', text: 'Hm' },
    { type: 'text-delta', text: 'Hello' },
    {
      type: 'finish',
      reason: 'stop',
      rawReason: 'stop',
      usage: { inputTokens: 5, outputTokens: 3, totalTokens: 8 },
    },
  ]);
});

test('its tool calls come whole', () => {
  const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{"x":1}' } });
  const { events } = decode(answer({ content: null, tool_calls: [call('a'), call('b')] }, 'tool_calls'));
  expect(events.filter(({ type }) => type === 'tool-call')).toEqual([
    { type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}' },
    { type: 'tool-call', id: 'b', name: 'f', arguments: '{"x":1}' },
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls' });
});

test('a character split between two chunks stays whole', () => {
  const bytes = Buffer.from(answer({ content: 'wörld 🙂' }));
  const at = bytes.indexOf(Buffer.from('🙂')) + 2;
  expect(decode([bytes.subarray(0, at), bytes.subarray(at)]).text).toBe('wörld 🙂');
});

test('an answer without text or finish reason still ends, and makes nothing up', () => {
  const { events } = decode('{"choices":[{"message":{"role":"assistant","content":null}}]}');
  expect(events).toEqual([{ type: 'finish', reason: 'other' }]);
  expect(decode('{"choices":[]}').events).toEqual([{ type: 'finish', reason: 'other' }]);
});

describe('what is no answer', () => {
  test.each([
    [
      'an error object',
      '{"error":{"message":"model is overloaded","code":500}}',
      'overloaded',
      'model is overloaded',
    ],
    [
      'a list with an error',
      '[{"error":{"message":"no credits","code":402}}]',
      'payment-required',
      'no credits',
    ],
    ['other JSON', '{"ok":true}', 'invalid-response', 'sent JSON that has no choices'],
    ['JSON that is broken', '{"choices":[}]}', 'invalid-response', 'sent an answer that is not JSON'],
    ['JSON that is cut off', answer({ content: 'Hello' }).slice(0, 60), 'truncated', 'cut its answer off'],
  ])('%s is %s', (_what, body, code, words) => {
    expect(decode(body).error).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('more than 16 MiB are not read', () => {
    const mebibyte = Buffer.alloc(1024 * 1024, ' ');
    const { error } = decode([Buffer.from('{'), ...Array.from({ length: 17 }, () => mebibyte)]);
    expect(error).toMatchObject({
      code: 'invalid-response',
      message: expect.stringContaining('16777216 bytes'),
    });
  });
});
