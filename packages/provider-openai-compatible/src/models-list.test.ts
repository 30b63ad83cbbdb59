import { describe, expect, test } from 'vitest';
import { readModels } from './models-list.ts';

const head = { status: 200, headers: {}, url: 'http://127.0.0.1/v1/models' };
const origin = { provider: 'local', secrets: {} };
const read = (body: unknown) =>
  readModels(typeof body === 'string' ? body : JSON.stringify(body), head, origin);

test('a list is read with what it says of each model', () => {
  expect(
    read({
      object: 'list',
      data: [
        { id: 'a', object: 'model', created: 1_700_000_000, owned_by: 'me' },
        { id: 'b', name: 'Model B' },
      ],
    }),
  ).toEqual([
    { id: 'a', ownedBy: 'me', createdAtMs: 1_700_000_000_000, source: 'upstream' },
    { id: 'b', title: 'Model B', source: 'upstream' },
  ]);
});

test.each([
  ['vLLM', { max_model_len: 8192 }],
  ['OpenRouter', { context_length: 8192 }],
  ['Groq', { context_window: 8192 }],
  ['LM Studio', { max_context_length: 8192 }],
  ['llama.cpp', { meta: { n_ctx_train: 8192 } }],
])('the context length of %s is found', (_server, fields) => {
  expect(read({ data: [{ id: 'a', ...fields }] })).toEqual([
    { id: 'a', contextTokens: 8192, source: 'upstream' },
  ]);
});

test('a bare list is a list as well, and what is no model is left out', () => {
  expect(read(['a', { id: 'b' }, { id: '' }, null, 3])).toEqual([
    { id: 'a', source: 'upstream' },
    { id: 'b', source: 'upstream' },
  ]);
});

describe('what is no list fails', () => {
  test.each([
    ['<!doctype html><title>Welcome</title>', 'invalid-response', 'a web page ("Welcome")'],
    ['<!doctype html><title>Just a moment...</title>', 'blocked', 'a web page'],
    ['not json', 'invalid-response', 'the model list of local is not JSON'],
    ['{"error":{"message":"too many requests"}}', 'rate-limited', 'too many requests'],
    ['{"ok":true}', 'invalid-response', 'a model list without data'],
    ['null', 'invalid-response', 'a model list without data'],
  ])('%s is %s', (body, code, message) => {
    expect(() => read(body)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
