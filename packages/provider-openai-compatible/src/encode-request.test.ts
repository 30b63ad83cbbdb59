import type { ChatRequest } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { asksForUsage, type EncodingSettings, encodeRequest } from './encode-request.ts';

const settings: EncodingSettings = {
  provider: 'local',
  defaults: {},
  extraFields: {},
  fieldOrder: [],
  maxTokensField: 'max_tokens',
  jsonObject: 'json_object',
  includeUsage: true,
  developerRole: 'system',
};

const messages = [{ role: 'user', content: 'Hi' }] as const;

function body(
  request: Partial<ChatRequest> = {},
  more: Partial<EncodingSettings> = {},
  stream = true,
): { [name: string]: unknown } {
  const resolved = { messages, model: 'm', ...request };
  return JSON.parse(encodeRequest(resolved, { ...settings, ...more }, stream)) as { [name: string]: unknown };
}

test('a plain request has only what it needs', () => {
  expect(body()).toEqual({ messages, model: 'm', stream: true, stream_options: { include_usage: true } });
  expect(body({}, {}, false)).toEqual({ messages, model: 'm', stream: false });
});

test('every field of a request reaches the wire under its name, in the order of the reference', () => {
  const full = body({
    temperature: 0.2,
    topP: 0.9,
    topK: 40,
    maxOutputTokens: 50,
    stop: ['x'],
    seed: 7,
    presencePenalty: 0.5,
    frequencyPenalty: -0.5,
    tools: [{ name: 'now' }],
    toolChoice: 'auto',
    responseFormat: { type: 'json' },
    reasoningEffort: 'low',
    user: 'u-1',
    metadata: { job: 'j' },
  });
  expect(Object.keys(full)).toEqual([
    'messages',
    'model',
    'frequency_penalty',
    'max_tokens',
    'metadata',
    'presence_penalty',
    'reasoning_effort',
    'response_format',
    'seed',
    'stop',
    'stream',
    'stream_options',
    'temperature',
    'tool_choice',
    'tools',
    'top_k',
    'top_p',
    'user',
  ]);
  expect(full).toMatchObject({
    temperature: 0.2,
    top_p: 0.9,
    top_k: 40,
    max_tokens: 50,
    stop: ['x'],
    seed: 7,
    presence_penalty: 0.5,
    frequency_penalty: -0.5,
    tool_choice: 'auto',
    response_format: { type: 'json_object' },
    reasoning_effort: 'low',
    user: 'u-1',
    metadata: { job: 'j' },
  });
});

test('a single stop sequence stays a string', () => {
  expect(body({ stop: 'x' }).stop).toBe('x');
});

test('the limit goes under the name that the server knows', () => {
  const newer = body({ maxOutputTokens: 50 }, { maxTokensField: 'max_completion_tokens' });
  expect(newer.max_completion_tokens).toBe(50);
  expect(newer).not.toHaveProperty('max_tokens');
});

test('a default holds where the request says nothing', () => {
  const defaults = { temperature: 1, topP: 1 };
  expect(body({ temperature: 0 }, { defaults })).toMatchObject({ temperature: 0, top_p: 1 });
  // Callers without exactOptionalPropertyTypes write undefined for "nothing".
  expect(body({ temperature: undefined } as unknown as ChatRequest, { defaults }).temperature).toBe(1);
});

test('the fields that an upstream wants first come first', () => {
  const names = Object.keys(body({ temperature: 1 }, { fieldOrder: ['stream', 'seed', 'model'] }));
  expect(names).toEqual(['stream', 'model', 'messages', 'stream_options', 'temperature']);
});

describe('extra fields', () => {
  test('of the call reach the body as they are, after ours, and win over those of the provider', () => {
    const providerOptions = { local: { guided_json: { a: [1] }, n: null }, other: { m: 1 } };
    const written = body({ providerOptions }, { extraFields: { n: 1, cache: true } });
    expect(written).toMatchObject({ guided_json: { a: [1] }, n: null, cache: true });
    expect(written).not.toHaveProperty('m');
  });

  test('may replace how usage is asked for', () => {
    const stream_options = { include_usage: true, continuous_usage_stats: true };
    expect(body({ providerOptions: { local: { stream_options } } }).stream_options).toEqual(stream_options);
  });

  test('never become a prototype', () => {
    const extraFields = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"a":1}}') as object;
    const written = encodeRequest(
      { messages, model: 'm' },
      { ...settings, extraFields: { ...extraFields } },
      true,
    );
    expect(written).toContain('"constructor":{"a":1}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('that JSON cannot hold are refused, and say so', () => {
    expect(() => body({ providerOptions: { local: { big: 1n } } })).toThrow('cannot be written as JSON');
  });
});

test('usage is expected exactly where it is asked for', () => {
  const request = { messages, model: 'm' };
  const options = (stream_options: unknown) => ({
    ...request,
    providerOptions: { local: { stream_options } },
  });
  expect(asksForUsage(request, settings, true)).toBe(true);
  expect(asksForUsage(request, settings, false)).toBe(false);
  expect(asksForUsage(request, { ...settings, includeUsage: false }, true)).toBe(false);
  expect(asksForUsage(options(null), settings, true)).toBe(false);
  expect(asksForUsage(options({ include_usage: true }), { ...settings, includeUsage: false }, true)).toBe(
    true,
  );
});
