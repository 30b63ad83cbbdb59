import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextPattern } from './text-pattern.ts';

const path = ['choices', 0, 'delta', 'content'] as const;

function message(content: string, more: object = {}): { readonly [key: string]: unknown } {
  return { id: 'c-1', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more };
}

function learned(content = 'Hello', more: object = {}): TextPattern {
  const pattern = new TextPattern(path);
  const first = message(content, more);
  pattern.learn(JSON.stringify(first), first);
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
    expect(new TextPattern(path).match(JSON.stringify(message('a')))).toBeUndefined();
  });

  test('learns the text of the answer, not the same text elsewhere in the message', () => {
    const pattern = learned('m', { object: 'm' });
    expect(pattern.match(JSON.stringify(message('x', { object: 'm' })))).toBe('x');
    expect(pattern.match(JSON.stringify(message('m', { object: 'x' })))).toBeUndefined();
  });

  test('is not fooled by a name that is written like the text', () => {
    const pattern = new TextPattern(['token']);
    const twice = '{"token":"text","token":"token"}';
    pattern.learn(twice, JSON.parse(twice));
    expect(pattern.match('{"token":"text","other":"token"}')).toBeUndefined();
    expect(pattern.match('{"token":"text","token":"other"}')).toBe('other');
  });

  test('is not looked for in a message of nothing but its text: each place costs reading the message again', () => {
    const before = process.cpuUsage();
    const crowded = { more: Array(10_000).fill('a'), ...message('a') };
    const pattern = new TextPattern(path);
    pattern.learn(JSON.stringify(crowded), crowded);
    const large = { ...message('a'), more: Array(1_000_000).fill('b') };
    pattern.learn(JSON.stringify(large), large);
    expect(pattern.match(JSON.stringify(crowded))).toBeUndefined();
    expect(pattern.match(JSON.stringify(large))).toBeUndefined();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });

  test('is given up where messages never repeat, and kept where they mostly do', () => {
    const obfuscated = new TextPattern(path);
    let lessons = 0;
    for (let index = 0; index < 100 && obfuscated.wantsLesson; index += 1, lessons += 1) {
      const next = message('a', { obfuscation: index });
      expect(obfuscated.match(JSON.stringify(next))).toBeUndefined();
      obfuscated.learn(JSON.stringify(next), next);
    }
    expect(lessons).toBeLessThan(10);

    // A server that stamps each second on its messages.
    const stamped = new TextPattern(path);
    for (let second = 0; second < 100; second += 1) {
      expect(stamped.wantsLesson).toBe(true);
      const next = message('a', { created: second });
      stamped.learn(JSON.stringify(next), next);
      for (let token = 0; token < 100; token += 1) expect(stamped.match(JSON.stringify(next))).toBe('a');
    }
  });
});

describe('padding behind the text', () => {
  const padded = (text: string): string => JSON.stringify({ type: 'stream', token: text });
  const learnedPadded = (): TextPattern => {
    const pattern = new TextPattern(['token'], { padding: '\0' });
    pattern.learn(padded('Hello\0\0\0'), JSON.parse(padded('Hello\0\0\0')));
    return pattern;
  };

  test.each([
    ['Hi', 14],
    ['', 16],
    ['', 0],
    ['no padding', 0],
    ['a\0b', 3],
    ['\0a', 2],
    ['line\n', 4],
    ['"', 15],
    ['back\\', 3],
    ['\\u0000', 1],
    ['\\u0000', 0],
    ['a longer text than most tokens have', 2],
    ['much of it', 1_000],
  ])('is taken off: %j and %d of it', (text, count) => {
    expect(learnedPadded().match(padded(text + '\0'.repeat(count)))).toBe(text);
  });

  test('stays where nothing was said about it', () => {
    const pattern = new TextPattern(['token']);
    pattern.learn(padded('Hello'), JSON.parse(padded('Hello')));
    expect(pattern.match(padded('Hi\0'))).toBe('Hi\0');
  });

  test('that is cut in the middle is no text', () => {
    expect(learnedPadded().match('{"type":"stream","token":"Hi\\u0000\\u00"}')).toBeUndefined();
  });
});

describe('what is recognised', () => {
  /** Pieces of JSON of which strings, whole or broken, can be made. */
  const piece = fc.constantFrom(
    ...[
      'a',
      'text',
      '"',
      '\\',
      '\\"',
      '\\n',
      '\\u0000',
      '\\u00',
      'u0000',
      '\u2028',
      'é',
      '\ud83d',
      '\n',
      '\0',
      '{',
      '}',
    ],
    ...[',', ':', '","', '":"', '"},{"', '","token":"b', '","type":"end', '"}'],
  );
  const inside = fc.oneof(
    { weight: 3, arbitrary: fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text).slice(1, -1)) },
  );
  /** Messages with their text at `token`, some of them with the same text elsewhere, or named twice. */
  const frame = fc.constantFrom(
    ...[
      '{"token":"@"}',
      '{"type":"stream","token":"@"}',
      '{"token":"@","type":"stream"}',
      '{"type":"@","token":"@"}',
    ],
    ...[
      '{"token":"a","token":"@"}',
      '{"token":"@","token":"a"}',
      '{"token":1,"was":"@"}',
      '["@"]',
      '"@"',
      '{"token":{"token":"@"}}',
    ],
    ...[
      ' {"token" : "@"}',
      '{"@":"a","token":"@"}',
      '{"token":"@","n":1.0}',
      '{"token":"@","__proto__":{"token":"a"}}',
    ],
  );
  const line = fc.tuple(frame, inside).map(([around, text]) => around.replaceAll('@', () => text));
  const parsed = (json: string): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      return undefined;
    }
  };

  test.each([undefined, '\0', '"'])('is the learned message with another text, padding %j', (padding) => {
    const withText = (message: object, token: string): string => JSON.stringify({ ...message, token });
    const unpadded = (text: string): string => {
      let end = text.length;
      while (padding !== undefined && end > 0 && text[end - 1] === padding) end -= 1;
      return text.slice(0, end);
    };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const pattern = new TextPattern(['token'], padding === undefined ? {} : { padding });
        const learnt: object[] = [];
        for (const json of lines) {
          const text = pattern.match(json);
          const message = parsed(json) as { token?: unknown } | undefined;
          if (text !== undefined) {
            expect(typeof message?.token).toBe('string');
            expect(text).toBe(unpadded(message?.token as string));
            const like = (one: object): boolean => withText(one, '') === withText(message as object, '');
            expect(learnt.some(like)).toBe(true);
          } else if (typeof message?.token === 'string' && pattern.wantsLesson) {
            pattern.learn(json, message);
            learnt.push(message);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
