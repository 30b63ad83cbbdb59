import type { ChatEvent } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { decode, sse } from './decode.fixture.ts';
import { plainText } from './plain-text.ts';

function message(content: string, more: object = {}): { readonly [key: string]: unknown } {
  return { id: 'c-1', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more };
}

test.each([
  [message('a'), 'a'],
  [message(''), undefined],
  [message('a', { usage: {} }), undefined],
  [{ choices: [{ delta: { content: ['a'] } }] }, undefined],
  [{ choices: [] }, undefined],
  [null, undefined],
])('the plain text of %j is %j', (value, text) => {
  expect(plainText(value)).toBe(text);
});

test('a stream read with a pattern gives the events that decoding every message gives', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a', 'text', '"', '\\n', '\u2028'),
  );
  const shape = fc.record({
    text,
    form: fc.constantFrom(
      'plain',
      'plain',
      'plain',
      'role',
      'reasoning',
      'refusal',
      'message',
      'usage',
      'choices',
      'stamp',
    ),
  });
  const write = ({ text: content, form }: { text: string; form: string }, at: number): object => {
    const choice = (delta: object) => ({ index: 0, delta, finish_reason: null });
    switch (form) {
      case 'role':
        return { id: 'c', choices: [choice({ role: 'assistant', content })] };
      case 'reasoning':
        return { id: 'c', choices: [choice({ reasoning: content, content })] };
      case 'refusal':
        return { id: 'c', choices: [choice({ refusal: content })] };
      case 'message':
        return { id: 'c', choices: [{ index: 0, message: { content } }] };
      case 'usage':
        return { id: 'c', choices: [choice({ content })], usage: { completion_tokens: at } };
      case 'choices':
        return { id: 'c', choices: [choice({ content }), { ...choice({ content }), index: 1 }] };
      case 'stamp':
        return { id: 'c', created: at, choices: [choice({ content })] };
      default:
        return { id: 'c', choices: [choice({ content })] };
    }
  };
  fc.assert(
    fc.property(fc.array(shape, { maxLength: 40 }), (shapes) => {
      const messages: object[] = shapes.map(write);
      messages.push({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
      messages.push(message('after the end'));
      const expected: ChatEvent[] = [];
      const reader = new AnswerReader({
        provider: 'local',
        model: 'm',
        secrets: {},
        includeRaw: false,
        expectsUsage: true,
      });
      for (const each of messages) reader.read(each, expected);
      reader.finish(expected);
      expect(decode(`${messages.map(sse).join('')}data: [DONE]\n\n`).events).toEqual(expected);
    }),
  );
});
