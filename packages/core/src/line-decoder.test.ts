import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatError } from './chat-error.ts';
import { cut, cuts } from './cut.fixture.ts';
import { LineDecoder } from './line-decoder.ts';

interface Outcome {
  readonly lines: readonly string[];
  readonly error?: string;
}

function decode(chunks: readonly (Uint8Array | string)[], maxLineBytes?: number): Outcome {
  const lines: string[] = [];
  const decoder = new LineDecoder((line) => lines.push(line), maxLineBytes);
  try {
    for (const chunk of chunks) decoder.push(Buffer.from(chunk as string));
    decoder.end();
    return { lines };
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    return { lines, error: error.code };
  }
}

/** The lines of a whole body, by the grammar: slow and plain. */
function byTheGrammar(bytes: Uint8Array): string[] {
  const latin = Buffer.from(bytes).toString('latin1');
  const lines = latin.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(line, 'latin1'));
    return index === 0 ? text.replace(/^\uFEFF/, '') : text;
  });
}

const bytesOfLines = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        ...['\n', '\r', '\r\n', '\r\r\n', '\uFEFF', '\0', '🙂', 'é'].map((text) => Buffer.from(text)),
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

describe('lines', () => {
  it.each([
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['CR', 'a\rb\r', ['a', 'b']],
    ['a mixture of them', 'a\rb\n\r\nc\r\r\nd', ['a', 'b', '', 'c', '', 'd']],
    ['no last line end', 'a\nb', ['a', 'b']],
    ['nothing', '', []],
    ['a lone line end', '\n', ['']],
    ['a byte order mark', '\uFEFFa\n\uFEFFb\n', ['a', '\uFEFFb']],
    ['a byte order mark alone', '\uFEFF\na\n', ['', 'a']],
    ['line separators that are not line ends', 'a\u2028b\u0085c\vd\n', ['a\u2028b\u0085c\vd']],
    ['NUL', '\0a\0\n', ['\0a\0']],
  ])('with %s', (_what, text, lines) => {
    expect(decode([text])).toEqual({ lines });
    expect(decode([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual({ lines });
  });

  it('end once where CR and LF come in two chunks', () => {
    expect(decode(['a\r', '\nb\r', '', '\n\n']).lines).toEqual(['a', 'b', '']);
  });

  it('keep characters whole that are split over chunks', () => {
    const bytes = Buffer.from('é🙂\n');
    expect(decode([bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)]).lines).toEqual(['é🙂']);
  });

  it('have U+FFFD for what is not UTF-8', () => {
    expect(decode([Buffer.from([0x61, 0xff, 0x0a, 0xf0, 0x9f, 0x0a, 0xc3])]).lines).toEqual([
      'a\ufffd',
      '\ufffd',
      '\ufffd',
    ]);
  });

  it('are those of the grammar, however the bytes are cut', () => {
    fc.assert(
      fc.property(bytesOfLines, cuts, (bytes, places) => {
        expect(decode(cut(bytes, places)).lines).toEqual(byTheGrammar(bytes));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a line that is too long', () => {
  it.each([
    ['at once', ['ab\nabcdef\nx\n']],
    ['with its end in the next chunk', ['ab\nabcdef', '\nx\n']],
    ['without any end', ['ab\nabcdef']],
    ['piece by piece', ['ab\n', 'abc', 'def', '\n', 'x\n']],
    ['behind a CR', ['ab\r', 'abcdef\rx']],
  ])('is invalid-response, %s, after the lines before it', (_how, chunks) => {
    expect(decode(chunks, 5)).toEqual({ lines: ['ab'], error: 'invalid-response' });
  });

  it('is one of more bytes than the limit, its end not counted', () => {
    expect(decode(['12345\r\n1234é'], 5)).toEqual({ lines: ['12345'], error: 'invalid-response' });
    expect(decode(['12345\r\n123é\n'], 5)).toEqual({ lines: ['12345', '123é'] });
  });

  it('is told however the bytes are cut, with the same lines before it', () => {
    fc.assert(
      fc.property(bytesOfLines, cuts, fc.integer({ min: 1, max: 12 }), (bytes, places, most) => {
        expect(decode(cut(bytes, places), most)).toEqual(decode([bytes], most));
      }),
      { numRuns: 500 },
    );
  });
});
