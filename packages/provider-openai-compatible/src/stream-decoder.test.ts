import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, delta, ending } from './decode.fixture.ts';

const answer =
  delta({ role: 'assistant' }) +
  delta({ content: 'Grüezi ' }) +
  delta({ content: '🙂 {"a":"\\n"}' }) +
  ending();
const text = 'Grüezi 🙂 {"a":"\\n"}';
const good = { text, error: undefined };

describe('framing', () => {
  test.each([
    ['data: without a space', answer.replaceAll('data: ', 'data:')],
    ['two spaces', answer.replaceAll('data: ', 'data:  ')],
    ['CRLF', answer.replaceAll('\n', '\r\n')],
    ['CR', answer.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${answer}`],
    ['blank lines before', `\n\n  \n${answer}`],
    ['comments and keep-alives', answer.replaceAll('data: ', ': ping\n\n:\n\ndata: ')],
    ['event and id fields', answer.replaceAll('data: ', 'event: message\nid: 7\nretry: 10\ndata: ')],
    ['empty data', answer.replaceAll('data: ', 'data:\n\ndata: \n\ndata: ')],
    ['named pings with words', answer.replaceAll('data: ', 'event: ping\ndata: still here\n\ndata: ')],
    ['no last newline', answer.slice(0, -2)],
    ['one line end between events', answer.replaceAll('\n\n', '\n')],
    ['JSON over several data lines', answer.replaceAll('"choices":', '\ndata: "choices":')],
    ['NUL padding', answer.replaceAll('\n\n', '\0\0\n\n')],
    ['words after [DONE]', `${answer.trimEnd()}xyz\n\ndata: {"broken\n\nwhatever`],
    ['junk lines between', answer.replaceAll('data: ', 'hello world\n\ndata: ')],
  ])('%s gives the same answer', (_what, body) => {
    expect(decode(body)).toMatchObject(good);
  });

  test('any split of the bytes gives the same events', () => {
    const bytes = Buffer.from(answer.replaceAll('\n\n', '\r\n\r\n'));
    const whole = decode([bytes]).events;
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(decode(chunks).events).toEqual(whole);
      }),
    );
    expect(decode([...bytes].map((byte) => Uint8Array.of(byte))).events).toEqual(whole);
  });

  test('a surrogate pair split over two events is joined again', () => {
    const halves =
      delta({ content: 'X' }).replace('X', '\\ud83d') + delta({ content: 'X' }).replace('X', '\\ude42');
    expect(decode(halves + ending()).text).toBe('🙂');
  });
});

describe('what is not the protocol', () => {
  test('malformed JSON in an event fails after the text before it', () => {
    const { text: before, error } = decode(`${delta({ content: 'a' })}data: {"choices":[{]}\n\n${ending()}`);
    expect(before).toBe('a');
    expect(error).toMatchObject({
      code: 'invalid-response',
      message: 'local sent an event that is not JSON',
    });
  });

  test('an event that the end of the body cuts off is a truncated answer, not a malformed one', () => {
    const { error } = decode(answer.slice(0, answer.indexOf('🙂') - 5));
    expect(error?.code).toBe('truncated');
  });

  test.each(['5', '"text"', 'null', '[1]'])('data that is %s fails', (data) => {
    expect(decode(`data: ${data}\n\n${answer}`).error?.code).toBe('invalid-response');
  });

  test('plain text fails with a piece of it', () => {
    const { error } = decode('Service is starting up\nplease wait\n');
    expect(error).toMatchObject({ code: 'invalid-response', body: 'Service is starting up\nplease wait' });
  });

  test.each(['', ' \n \n', ': comment\n\n: comment\n\n'])('a body of %j was cut off', (body) => {
    expect(decode(body)).toMatchObject({ events: [], error: { code: 'truncated' } });
  });

  test('a line without an end is not kept for ever', () => {
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    const { error } = decode([Buffer.from('data: {'), ...Array.from({ length: 6 }, () => mebibyte)]);
    expect(error?.code).toBe('invalid-response');
  });
});

describe('errors in the stream', () => {
  test.each([
    ['an error event', 'event: error\ndata: {"message":"too many requests"}\n\n'],
    ['an error event in words', 'event: error\ndata: too many requests\n\n'],
    ["llama.cpp's error field", 'error: {"code":429,"message":"too many requests"}\n\n'],
    ['an error field in words', 'error: too many requests\n\n'],
    ['a bare object', '{"error":{"message":"too many requests"}}\n\n'],
  ])('%s is thrown as what it is', (_what, event) => {
    const { text: before, error } = decode(delta({ content: 'a' }) + event + ending());
    expect(before).toBe('a');
    expect(error).toMatchObject({
      code: 'rate-limited',
      message: expect.stringContaining('too many requests'),
    });
  });
});
