import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { decode, delta, ending } from './decode.fixture.ts';

const json = '{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}';
const stream = delta({ content: 'Hi' }) + ending();

describe('the first character tells what an answer is', () => {
  test.each([
    ['an event stream', stream],
    ['JSON', json],
  ])('%s, however it begins', (_form, body) => {
    for (const start of ['', '\uFEFF', '\r\n\n', ' \t', '\0\0', `\uFEFF\n`]) {
      expect(decode(start + body)).toMatchObject({ text: 'Hi', error: undefined });
    }
  });

  test('also when every byte comes alone', () => {
    for (const body of [`\uFEFF\n${stream}`, `\uFEFF\n${json}`]) {
      expect(decode([...Buffer.from(body)].map((byte) => Uint8Array.of(byte))).text).toBe('Hi');
    }
  });
});

describe('a page', () => {
  test('is an invalid response that says what the page is called', () => {
    const { error } = decode('<!DOCTYPE html>\n<html><head><title>Welcome to nginx</title></head></html>');
    expect(error).toMatchObject({
      code: 'invalid-response',
      status: 200,
      message: expect.stringContaining('"Welcome to nginx"'),
    });
  });

  test('that asks for a browser is blocked', () => {
    expect(decode('<html><title>Just a moment...</title></html>').error?.code).toBe('blocked');
  });

  test('without an end is not read for ever', () => {
    const kibibyte = Buffer.alloc(1024, 'x');
    let taken = 0;
    const endless = {
      *[Symbol.iterator]() {
        yield Buffer.from('<html>');
        for (; ; taken += 1) yield kibibyte;
      },
    };
    const { error } = decode(endless as unknown as Uint8Array[]);
    expect([error?.code, taken]).toEqual(['invalid-response', 63]);
  });
});
