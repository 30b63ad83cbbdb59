import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readerLeft, writerOf } from './writer.ts';

describe('a writer', () => {
  it('waits for a slow reader', async () => {
    let release = (): void => {};
    const slow = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        release = done;
      },
    });
    const order: string[] = [];
    const writing = writerOf(slow)
      .write('some text')
      .then(() => order.push('written'));
    await new Promise(setImmediate);
    order.push('reader reads');
    release();
    await writing;
    expect(order).toEqual(['reader reads', 'written']);
  });

  it('notices that the reader has left, also while it waits, and writes no more', async () => {
    let calls = 0;
    const closing = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        calls += 1;
        setImmediate(() => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })));
      },
    });
    const writer = writerOf(closing);
    await writer.write('some text');
    expect(readerLeft(writer)).toBe(true);
    await writer.write('more');
    expect(calls).toBe(1);
  });

  it('is one for each stream, so that asking twice adds no listener', () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    expect(writerOf(stream)).toBe(writerOf(stream));
    expect(stream.listenerCount('error')).toBe(1);
  });
});
