import { validateRequest } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../chat/refusal.ts';
import { settled } from '../../config/server-settings.ts';
import { decodeRequest } from './decode-request.ts';

const messages = [{ role: 'user', content: 'a secret prompt' }];

const refusing = settled({});

function refusalOf(body: unknown): Refusal {
  try {
    decodeRequest(body, refusing);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

test('every field that Sluice has is carried over, and null is as good as absent', () => {
  const { request, stream, includeUsage, warnings } = decodeRequest(
    {
      model: 'fast',
      messages,
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      max_completion_tokens: 10,
      stop: ['\n'],
      seed: 1,
      presence_penalty: 1,
      frequency_penalty: -1,
      reasoning_effort: 'low',
      user: 'ann',
      metadata: { a: 'b' },
      response_format: { type: 'json_object' },
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
      n: 1,
      logprobs: null,
      logit_bias: {},
      parallel_tool_calls: true,
    },
    refusing,
  );
  expect(request).toEqual({
    model: 'fast',
    messages,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    maxOutputTokens: 10,
    stop: ['\n'],
    seed: 1,
    presencePenalty: 1,
    frequencyPenalty: -1,
    reasoningEffort: 'low',
    user: 'ann',
    metadata: { a: 'b' },
    responseFormat: { type: 'json' },
    tools: [{ name: 'f', parameters: { type: 'object' } }],
    toolChoice: { name: 'f' },
  });
  expect({ stream, includeUsage, warnings }).toEqual({ stream: true, includeUsage: true, warnings: [] });
  expect(() => validateRequest(request)).not.toThrow();
});

test('every kind of message and part is read', () => {
  const { request, warnings } = decodeRequest(
    {
      messages: [
        { role: 'developer', content: [{ type: 'text', text: 'Be brief' }] },
        {
          role: 'user',
          name: 'ann',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } },
            { type: 'file', file: { file_data: 'AAAA', filename: 'notes.md' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          refusal: null,
          annotations: [],
          reasoning_content: 'thinking',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'done' },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      ],
    },
    refusing,
  );
  expect(request.messages).toEqual([
    { role: 'developer', content: [{ type: 'text', text: 'Be brief' }] },
    {
      role: 'user',
      name: 'ann',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image', url: 'data:image/png;base64,AAAA', detail: 'low' },
        { type: 'audio', data: 'AAAA', mediaType: 'audio/mpeg' },
        {
          type: 'file',
          url: 'data:application/pdf;base64,AAAA',
          mediaType: 'application/pdf',
          filename: 'a.pdf',
        },
        { type: 'file', data: 'AAAA', mediaType: 'text/markdown', filename: 'notes.md' },
      ],
    },
    { role: 'assistant', content: '', toolCalls: [{ id: 'c', name: 'f', arguments: '{}' }] },
    { role: 'tool', content: 'done', toolCallId: 'c' },
    { role: 'assistant', content: [{ type: 'text', text: 'No.' }] },
  ]);
  expect(warnings).toMatchObject([{ code: 'ignored-content', feature: 'reasoning_content' }]);
  expect(() => validateRequest(request)).not.toThrow();
});

describe('a wrong field is named, and no value repeated', () => {
  test.each([
    [{}, 'messages', 'messages is missing: expected an array'],
    [{ messages: [] }, 'messages', 'messages must have at least 1 entry(s)'],
    [
      { messages: [{ role: 'user', content: 7 }] },
      'messages[0].content',
      'messages[0].content must be a string or an array, got the number 7',
    ],
    [
      { messages: [{ role: 'ghost', content: 'x' }] },
      'messages[0].role',
      expect.stringContaining('"assistant"'),
    ],
    [
      { messages: [{ role: 'tool', content: 'x' }] },
      'messages[0].tool_call_id',
      expect.stringContaining('is missing'),
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'https://x' }] }] },
      'messages[0].content[0].image_url',
      expect.stringContaining('must be an object, got a string'),
    ],
    [{ messages, temperature: 3 }, 'temperature', 'temperature must be at most 2'],
    [
      { messages, max_tokens: 1, max_completion_tokens: 2 },
      'max_tokens',
      expect.stringContaining('give one of them'),
    ],
    [
      { messages, stream_options: { include_usage: true } },
      'stream_options',
      'stream_options needs stream: true',
    ],
    [
      { messages, tools: [{ type: 'custom', custom: {} }] },
      'tools[0].type',
      expect.stringContaining('"function"'),
    ],
  ])('%j', (body, param, message) => {
    const refusal = refusalOf(body);
    expect(refusal).toMatchObject({ code: 'bad-parameter', status: 400, param, message });
    expect(refusal.message).not.toContain('secret');
  });
});

describe('what nobody can be given', () => {
  test.each([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['logit_bias', { logit_bias: { 50256: -100 } }],
    ['parallel_tool_calls', { parallel_tool_calls: false }],
    ['functions', { functions: [] }],
    ['stream_options.include_obfuscation', { stream: true, stream_options: { include_obfuscation: true } }],
    ['guided_json', { guided_json: {} }],
    ['messages[0].cache_control', { messages: [{ role: 'user', content: 'x', cache_control: {} }] }],
    [
      'messages[0].content[0].cache_control',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: {} }] }] },
    ],
  ])('%s is refused, or left out with a warning', (param, more) => {
    const body = { messages, ...more };
    expect(refusalOf(body)).toMatchObject({ code: 'unsupported-parameter', param });
    const { request, warnings } = decodeRequest(body, { ...refusing, unsupportedParameters: 'warn' });
    expect(warnings).toMatchObject([{ code: 'unsupported-parameter', feature: param }]);
    expect(() => validateRequest(request)).not.toThrow();
    expect(JSON.stringify(request)).not.toContain('cache_control');
  });

  test('a typing error gets a hint', () => {
    expect(refusalOf({ messages, temprature: 1 }).message).toContain('did you mean temperature?');
  });
});

describe('stop sequences', () => {
  const stops = (count: number): string[] => Array.from({ length: count }, (_, index) => `stop ${index}`);

  test('as many as a request needs are taken, more are refused, and so are endless ones', () => {
    expect(decodeRequest({ messages, stop: stops(16) }, refusing).request.stop).toHaveLength(16);
    expect(refusalOf({ messages, stop: stops(17) })).toMatchObject({
      code: 'bad-parameter',
      param: 'stop',
      message: 'stop must have at most 16 sequences, this has 17',
    });
    expect(refusalOf({ messages, stop: 'x'.repeat(257) })).toMatchObject({ param: 'stop' });
    const long = refusalOf({ messages, stop: ['\n', 'secret '.repeat(100)] });
    expect(long).toMatchObject({ param: 'stop[1]', message: 'stop[1] must have at most 256 characters' });
  });

  test('who has an upstream that takes more allows more', () => {
    const rules = settled({ maxStopSequences: 40, maxStopCharacters: 1_000 });
    expect(decodeRequest({ messages, stop: stops(40) }, rules).request.stop).toHaveLength(40);
    expect(decodeRequest({ messages, stop: 'x'.repeat(1_000) }, rules).request.stop).toHaveLength(1_000);
  });
});

test.each([
  ['messages[0].content[0].odd', [{ role: 'user', content: [{ type: 'text', text: 'a', odd: 1 }] }]],
  [
    'messages[0].tool_calls[0].function.odd',
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}', odd: 1 } }],
      },
    ],
  ],
])(
  'a field that nobody knows deep in a message (%s) is named, or left out with a warning',
  (param, history) => {
    const body = { messages: [...history, ...messages] };
    expect(refusalOf(body)).toMatchObject({ code: 'unsupported-parameter', param });
    const { request, warnings } = decodeRequest(body, settled({ unsupportedParameters: 'warn' }));
    expect(warnings).toMatchObject([{ feature: param }]);
    expect(JSON.stringify(request)).not.toContain('odd');
  },
);

test('what a body costs does not depend on how it is made: fields, levels and what nobody knows are bounded', () => {
  const fields = (many: number): object =>
    Object.fromEntries(Array.from({ length: many }, (_, i) => [`f${i}`, 'x']));
  expect(refusalOf({ messages, metadata: fields(10_001) }).message).toBe(
    'an object of the body must have at most 10000 fields',
  );
  const warning = settled({ unsupportedParameters: 'warn' });
  expect(decodeRequest({ messages, ...fields(100) }, warning).warnings).toHaveLength(100);
  const strange = Array.from({ length: 1_000 }, () => ({ ...messages[0], strange: 1 }));
  for (const body of [{ messages, ...fields(101) }, { messages: strange }])
    expect(() => decodeRequest(body, warning)).toThrow('the body has more than 100 fields that nobody knows');
});
