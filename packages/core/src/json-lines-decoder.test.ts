import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatError } from './chat-error.ts';
import { cut, cuts } from './cut.fixture.ts';
import { JsonLinesDecoder, parseJson, trimPadding } from './json-lines-decoder.ts';

function decode(chunks: readonly (Uint8Array | string)[], maxLineBytes?: number): unknown[] {
  const values: unknown[] = [];
  const options = maxLineBytes === undefined ? {} : { maxLineBytes };
  const decoder = new JsonLinesDecoder((value) => values.push(value), options);
  try {
    for (const chunk of chunks) decoder.push(Buffer.from(chunk as string));
    decoder.end();
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    values.push(error.code);
  }
  return values;
}

describe('JSON lines', () => {
  it('may be any values, with blank lines, spaces and NULs around them, and no last line end', () => {
    expect(decode(['\uFEFF{"a":1}\n\n \0\0[2] \0\r\n"3"\r', 'null\n\0\0\0\n4'])).toEqual([
      { a: 1 },
      [2],
      '3',
      null,
      4,
    ]);
  });

  it.each(['{"a":1', '{"a":1}{"b":2}', 'data: {}', "{'a':1}", 'undefined'])('%s is not one', (line) => {
    expect(decode(['1\n', `${line}\n`, '2\n'])).toEqual([1, 'invalid-response']);
  });

  it('are bounded', () => {
    expect(decode(['1\n', '"12345678"\n'], 9)).toEqual([1, 'invalid-response']);
  });

  it('give the same values however the bytes are cut', () => {
    const line = fc.oneof(
      { weight: 8, arbitrary: fc.json() },
      fc.constantFrom('', ' ', '\0\0', '{"cut', '🙂'),
    );
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r', '\0\n')), { maxLength: 8 });
    fc.assert(
      fc.property(lines, fc.boolean(), cuts, (all, lastEnd, places) => {
        const text = all.map(([value, end]) => value + end).join('');
        const bytes = Buffer.from(lastEnd ? text : text.trimEnd());
        expect(decode(cut(bytes, places))).toEqual(decode([bytes]));
      }),
      { numRuns: 300 },
    );
  });
});

describe('trimPadding', () => {
  it.each([
    ['a', 'a'],
    [' \t a b \r', 'a b'],
    ['\0\0a\0b\0', 'a\0b'],
    ['\0 \0 a', 'a'],
    [' \0 ', ''],
    ['{}\0', '{}'],
    ['\u00a0{}\ufeff', '{}'],
    ['', ''],
  ])('%j → %j', (line, trimmed) => {
    expect(trimPadding(line)).toBe(trimmed);
  });
});

describe('parseJson', () => {
  it('says what was not JSON, and repeats nothing of it', () => {
    expect(() => parseJson('my secret', 'the list of models')).toThrow(
      'the list of models is not JSON (9 characters)',
    );
  });
});
