import { describe, expect, it } from 'vitest';
import { failureOf } from './echo-codec.fixture.ts';
import { fromText } from './from-text.ts';

describe('fromText', () => {
  it('says a text, in one piece or in several', async () => {
    expect(await (await fromText('Hello')).result()).toMatchObject({
      text: 'Hello',
      finishReason: 'stop',
      provider: 'text',
    });
    const stream = await fromText(['Hel', '', 'lo'], {
      provider: 'cache',
      model: 'm',
      finishReason: 'length',
    });
    expect(await stream.result()).toMatchObject({
      text: 'Hello',
      finishReason: 'length',
      provider: 'cache',
      model: 'm',
    });
  });

  it.each([
    ['one empty text', ''],
    ['no text', []],
    ['only empty ones', ['', '']],
  ])('refuses %s', async (_what, text) => {
    expect(await failureOf(fromText(text))).toMatchObject({ code: 'empty-response' });
  });

  it('takes no more from an endless source than is read, and closes it', async () => {
    let taken = 0;
    let closed = false;
    function* words(): Generator<string> {
      try {
        while (true) {
          taken += 1;
          yield 'word ';
        }
      } finally {
        closed = true;
      }
    }
    const read: string[] = [];
    for await (const text of (await fromText(words())).textStream) {
      read.push(text);
      if (read.length === 3) break;
    }
    expect(read).toHaveLength(3);
    expect(taken).toBeLessThanOrEqual(4);
    expect(closed).toBe(true);
  });

  it('is a call like any other: a signal ends it', async () => {
    const abort = new AbortController();
    const stream = await fromText(['a', 'b'], { call: { signal: abort.signal } });
    abort.abort();
    expect(await failureOf(stream.result())).toMatchObject({ code: 'aborted' });
  });
});
