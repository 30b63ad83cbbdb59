import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatError } from './chat-error.ts';
import { cut, cuts } from './cut.fixture.ts';
import { type ServerSentEvent, SseDecoder } from './sse-decoder.ts';

type Seen = ServerSentEvent | { readonly other: string } | { readonly error: string };

function decode(chunks: readonly (Uint8Array | string)[], maxLineBytes?: number): Seen[] {
  const seen: Seen[] = [];
  const decoder = new SseDecoder((event) => seen.push(event), {
    onOther: (other) => seen.push({ other }),
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
  });
  try {
    for (const chunk of chunks) decoder.push(Buffer.from(chunk as string));
    decoder.end();
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    seen.push({ error: error.code });
  }
  return seen;
}

describe('server-sent events', () => {
  it.each([
    [
      'data with and without the space',
      'data: a\n\ndata:b\n\ndata:  c\n\n',
      [{ data: 'a' }, { data: 'b' }, { data: ' c' }],
    ],
    ['several lines of data', 'data: a\ndata\ndata: b\n\n', [{ data: 'a\n\nb' }]],
    [
      'a name and an id of their own',
      'event: e\nid: 1\ndata: a\n\ndata: b\n\n',
      [{ data: 'a', event: 'e', id: '1' }, { data: 'b' }],
    ],
    ['empty data', 'data\n\ndata:\n\n', [{ data: '' }, { data: '' }]],
    ['no data', 'event: e\n\nid: 1\n\n\n\n', []],
    ['comments and keep-alives', ': hello\n\n:\n\ndata: a\n: in between\ndata: b\n\n', [{ data: 'a\nb' }]],
    ['a time to retry', 'retry: 10\ndata: a\n\n', [{ data: 'a' }]],
    ['an id that the grammar forbids', 'id: a\0b\ndata: a\n\n', [{ data: 'a' }]],
    ['an empty name', 'event\ndata: a\n\n', [{ data: 'a' }]],
    ['fields in other letter case', 'Data: a\n\n', [{ other: 'Data: a' }]],
    ['fields that do not stand in the first column', ' data: a\n\n', [{ other: ' data: a' }]],
    ['lines of something else', '{"error":1}\n<html>\n', [{ other: '{"error":1}' }, { other: '<html>' }]],
    ['a byte order mark', '\uFEFFdata: a\n\n', [{ data: 'a' }]],
    ['CR alone', 'data: a\r\rdata: b\r\r', [{ data: 'a' }, { data: 'b' }]],
    ['CRLF', 'data: a\r\ndata: b\r\n\r\n', [{ data: 'a\nb' }]],
    ['no closing blank line', 'data: a\n\ndata: b\n', [{ data: 'a' }, { data: 'b' }]],
    ['no last line end', 'data: a\n\ndata: b', [{ data: 'a' }, { data: 'b' }]],
    ['a colon in the data', 'data: a: b\n\n', [{ data: 'a: b' }]],
  ])('with %s', (_what, text, events) => {
    expect(decode([text])).toEqual(events);
    expect(decode([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual(events);
  });

  it('are bounded: by the line, and by the event', () => {
    expect(decode(['data: a\n\n', 'data: 123456\n\n'], 10)).toEqual([
      { data: 'a' },
      { error: 'invalid-response' },
    ]);
    expect(decode(['data: 1234\n'.repeat(3)], 10)).toEqual([{ error: 'invalid-response' }]);
  });

  it('are the same however the bytes are cut', () => {
    const line = fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }).map((text) => `data: ${text}`) },
      fc.constantFrom('', '', 'data', 'event: e', 'id: 7', ': c', 'other', '\uFEFF', 'data: 🙂'),
    );
    const text = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 })
      .map((lines) => lines.map((pair) => pair.join('')).join(''));
    fc.assert(
      fc.property(text, cuts, fc.constantFrom(undefined, 16), (whole, places, most) => {
        const bytes = Buffer.from(whole);
        expect(decode(cut(bytes, places), most)).toEqual(decode([bytes], most));
      }),
      { numRuns: 500 },
    );
  });
});
