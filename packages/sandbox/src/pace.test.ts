import { describe, expect, it } from 'vitest';
import { paced, pause } from './pace.ts';

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

const never = new AbortController().signal;

describe('a pace', () => {
  it('is kept over the whole, however late single timers are', async () => {
    const start = performance.now();
    const items = Array.from({ length: 101 }, (_, index) => index);
    expect(await collect(paced(items, { tokensPerSecond: 1000, firstTokenMs: 0 }, never))).toEqual(items);
    const elapsedMs = performance.now() - start;
    expect(elapsedMs).toBeGreaterThan(98);
    // A hundred timers that are each a millisecond late would need twice the time.
    expect(elapsedMs).toBeLessThan(180);
  });

  it('of nothing is as fast as the reader', async () => {
    const items = Array.from({ length: 10_000 }, (_, index) => index);
    expect(
      await collect(paced(items, { tokensPerSecond: Number.POSITIVE_INFINITY, firstTokenMs: 0 }, never)),
    ).toHaveLength(10_000);
  });

  it('ends at once when nobody wants the rest', async () => {
    const abort = new AbortController();
    const source = paced(['one', 'two'], { tokensPerSecond: 0.001, firstTokenMs: 0 }, abort.signal);
    expect(await source.next()).toEqual({ done: false, value: 'one' });
    const rest = source.next();
    abort.abort();
    expect((await rest).done).toBe(true);
  });
});

describe('a pause', () => {
  it('says whether it was interrupted', async () => {
    const abort = new AbortController();
    const waiting = pause(60_000, abort.signal);
    abort.abort();
    expect(await waiting).toBe(false);
    expect(await pause(0, abort.signal)).toBe(false);
    expect(await pause(0, never)).toBe(true);
  });
});
