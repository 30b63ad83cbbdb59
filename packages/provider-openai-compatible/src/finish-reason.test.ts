import { expect, test } from 'vitest';
import { finishReason } from './finish-reason.ts';

const plain = { toolCalls: false, refused: false };

test.each([
  ['stop', 'stop'],
  ['STOP', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['eos_token', 'stop'],
  ['abort', 'interrupted'],
  ['something_new', 'other'],
  ['constructor', 'other'],
  [undefined, 'other'],
] as const)('%s is %s', (raw, expected) => {
  expect(finishReason(raw, plain)).toBe(expected);
});

test('an answer with tool calls ends with tool-calls, also where the server says stop', () => {
  expect(finishReason('stop', { ...plain, toolCalls: true })).toBe('tool-calls');
  expect(finishReason(undefined, { ...plain, toolCalls: true })).toBe('tool-calls');
  expect(finishReason('length', { ...plain, toolCalls: true })).toBe('length');
});

test('a refusal ends with content-filter, also where the server says stop', () => {
  expect(finishReason('stop', { ...plain, refused: true })).toBe('content-filter');
});
