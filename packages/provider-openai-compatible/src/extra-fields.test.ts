import { expect, test } from 'vitest';
import { checkExtraFields } from './extra-fields.ts';

const check = (fields: { [name: string]: unknown }) => () =>
  checkExtraFields(fields, 'providerOptions.local', 'local');

test('fields that only the server knows are let through', () => {
  expect(check({ n: 2, logprobs: true, guided_json: {}, stream_options: {}, constructor: 1 })).not.toThrow();
});

test.each([
  ['max_tokens', "use the request's own field maxOutputTokens"],
  ['max_completion_tokens', "use the request's own field maxOutputTokens"],
  ['temperature', "use the request's own field temperature"],
  ['topP', "use the request's own field topP"],
  ['messages', "use the request's own field messages"],
  ['stream', 'use the call option stream'],
])('%s is refused with what to use instead', (name, hint) => {
  expect(check({ [name]: 1 })).toThrow(`providerOptions.local.${name} must not be set: ${hint}`);
});

test('__proto__ is refused', () => {
  expect(check(JSON.parse('{"__proto__":{"a":1}}') as { [name: string]: unknown })).toThrow('__proto__');
});
