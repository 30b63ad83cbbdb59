import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { validateRequest } from '@sluice/core';
import { expect, test } from 'vitest';
import { chatRequestOf } from './chat-request.ts';

const prompt: LanguageModelV4CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
];
const convert = (options: Partial<LanguageModelV4CallOptions>) => {
  const converted = chatRequestOf({ prompt, ...options }, 'm', 'sluice');
  validateRequest(converted.request);
  return converted;
};

test('what is not set is not there', () => {
  expect(convert({ toolChoice: { type: 'auto' }, reasoning: 'provider-default' })).toEqual({
    request: { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
    warnings: [],
  });
});

test('every setting has its field', () => {
  const { request } = convert({
    maxOutputTokens: 1,
    temperature: 2,
    topP: 0.3,
    topK: 4,
    presencePenalty: 0.5,
    frequencyPenalty: 0.6,
    seed: 7,
    stopSequences: ['8'],
    reasoning: 'xhigh',
    responseFormat: { type: 'json', schema: { type: 'object' }, name: 'n', description: 'd' },
    tools: [
      {
        type: 'function',
        name: 't',
        description: 'does',
        inputSchema: { type: 'object' },
        strict: true,
      },
    ],
    toolChoice: { type: 'tool', toolName: 't' },
    providerOptions: {
      sluice: { user: 'u', metadata: { a: 'b' }, strictJsonSchema: true },
      h2o: { web_search: true },
    },
  });
  expect(request).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'Hello' }],
    maxOutputTokens: 1,
    temperature: 2,
    topP: 0.3,
    topK: 4,
    presencePenalty: 0.5,
    frequencyPenalty: 0.6,
    seed: 7,
    stop: ['8'],
    reasoningEffort: 'xhigh',
    responseFormat: { type: 'json', schema: { type: 'object' }, name: 'n', description: 'd', strict: true },
    tools: [{ name: 't', description: 'does', parameters: { type: 'object' }, strict: true }],
    toolChoice: { name: 't' },
    user: 'u',
    metadata: { a: 'b' },
    providerOptions: { h2o: { web_search: true } },
  });
});

test('tools of one provider and examples cannot be sent, and are told', () => {
  const { request, warnings } = convert({
    tools: [
      { type: 'provider', id: 'openai.web_search', name: 'search', args: {} },
      { type: 'function', name: 't', inputSchema: {}, inputExamples: [{ input: {} }] },
    ],
  });
  expect(request.tools).toEqual([{ name: 't', parameters: {} }]);
  expect(warnings).toMatchObject([
    { type: 'unsupported', feature: 'tool openai.web_search' },
    { type: 'unsupported', feature: 'inputExamples of t' },
  ]);
});

test.each([
  [{ usr: 'u' }, /providerOptions\.sluice\.usr is none of user, metadata/],
  [{ user: 7 }, /providerOptions\.sluice\.user must be a string/],
  [{ metadata: { a: 1 } }, /metadata must be an object of strings/],
  [{ toString: 'x' }, /toString is none of/],
])('an option of ours that is wrong, %j, is refused', (sluice, message) => {
  expect(() => convert({ providerOptions: { sluice: sluice as never } })).toThrow(message);
});
