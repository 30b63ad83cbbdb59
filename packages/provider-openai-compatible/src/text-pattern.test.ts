import type { ChatEvent } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { decode, sse } from './decode.fixture.ts';
import { plainText, TextPattern } from './text-pattern.ts';

function message(content: string, more: object = {}): { readonly [key: string]: unknown } {
  return { id: 'c-1', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more };
}

function learned(content = 'Hello', more: object = {}): TextPattern {
  const pattern = new TextPattern();
  const first = message(content, more);
  pattern.learn(JSON.stringify(first), first, content);
  return pattern;
}

describe('a pattern', () => {
  test.each([
    '',
    ' world',
    'a "quoted" \\ text',
    'line\nbreak',
    '🙂',
    'x'.repeat(5_000),
    '\ud83d',
    '"},"x":{"y":"',
  ])('recognises a message that differs only in its text: %j', (text) => {
    expect(learned().match(JSON.stringify(message(text)))).toBe(text);
  });

  test.each([
    ['another id', message('a', { id: 'c-2' })],
    ['another field', message('a', { usage: { total_tokens: 1 } })],
    [
      'a finish reason',
      { ...message('a'), choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }] },
    ],
    ['a second choice', { ...message('a'), choices: [...(message('a').choices as object[]), { index: 1 }] }],
    ['an error', { error: { message: 'x' } }],
  ])('leaves a message with %s to be decoded', (_what, other) => {
    expect(learned().match(JSON.stringify(other))).toBeUndefined();
  });

  test('is not fooled by JSON that begins and ends alike', () => {
    const whole = JSON.stringify(message('@'));
    for (const inside of [
      'a","role":"tool',
      'a"},"finish_reason":"stop"},{"delta":{"content":"b',
      'a\nb',
      '\\',
    ]) {
      expect(learned().match(whole.replace('@', () => inside))).toBeUndefined();
    }
  });

  test('matches nothing before its first lesson', () => {
    expect(new TextPattern().match(JSON.stringify(message('a')))).toBeUndefined();
  });

  test('learns the text of the answer, not the same text elsewhere in the message', () => {
    const pattern = learned('m', { object: 'm' });
    expect(pattern.match(JSON.stringify(message('x', { object: 'm' })))).toBe('x');
    expect(pattern.match(JSON.stringify(message('m', { object: 'x' })))).toBeUndefined();
  });

  test('is not looked for in a message of nothing but its text: each place costs reading the message again', () => {
    const before = process.cpuUsage();
    const crowded = { more: Array(10_000).fill('a'), ...message('a') };
    const pattern = new TextPattern();
    pattern.learn(JSON.stringify(crowded), crowded, 'a');
    const large = { ...message('a'), more: Array(1_000_000).fill('b') };
    pattern.learn(JSON.stringify(large), large, 'a');
    expect(pattern.match(JSON.stringify(crowded))).toBeUndefined();
    expect(pattern.match(JSON.stringify(large))).toBeUndefined();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });

  test('is given up where messages never repeat, and kept where they mostly do', () => {
    const obfuscated = new TextPattern();
    let lessons = 0;
    for (let index = 0; index < 100 && obfuscated.wantsLesson; index += 1, lessons += 1) {
      const next = message('a', { obfuscation: index });
      expect(obfuscated.match(JSON.stringify(next))).toBeUndefined();
      obfuscated.learn(JSON.stringify(next), next, 'a');
    }
    expect(lessons).toBeLessThan(10);

    // A server that stamps each second on its messages.
    const stamped = new TextPattern();
    for (let second = 0; second < 100; second += 1) {
      expect(stamped.wantsLesson).toBe(true);
      const next = message('a', { created: second });
      stamped.learn(JSON.stringify(next), next, 'a');
      for (let token = 0; token < 100; token += 1) expect(stamped.match(JSON.stringify(next))).toBe('a');
    }
  });
});

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
