import { describe, expect, it } from 'vitest';
import type { ChatEvent } from './events.ts';
import { fromText } from './from-text.ts';
import { tee } from './tee.ts';

const say = (text: string): ChatEvent => ({ type: 'text-delta', text });
const finish: ChatEvent = { type: 'finish', reason: 'stop' };

/** A stream of counted words without end, which tells how far it was read and whether it was closed. */
function counting(
  failAt = Number.POSITIVE_INFINITY,
): AsyncIterable<ChatEvent> & { pulled: number; closed: boolean } {
  return {
    pulled: 0,
    closed: false,
    [Symbol.asyncIterator]() {
      const self = this;
      return {
        async next() {
          if (self.pulled === failAt) throw new Error('broken');
          self.pulled += 1;
          return { done: false, value: say(String(self.pulled)) };
        },
        async return() {
          self.closed = true;
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function all(branch: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of branch) events.push(event);
  return events;
}

/** Lets everything that can go on without this branch go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('tee', () => {
  it('gives every event to both, read at once or one after the other', async () => {
    const events = [say('a'), say('b'), finish];
    const [a, b] = tee(await fromText(['a', 'b']));
    expect(await Promise.all([all(a), all(b)])).toEqual([events, events]);
    const [c, d] = tee(await fromText(['a', 'b']));
    expect(await all(c)).toEqual(events);
    expect(await all(d)).toEqual(events);
  });

  it('lets the slower branch hold the faster one back', async () => {
    const source = counting();
    const [fast, slow] = tee(source, { maxAhead: 3 });
    const reader = fast[Symbol.asyncIterator]();
    for (let count = 0; count < 3; count += 1) await reader.next();
    let fourth: unknown;
    void reader.next().then(({ value }) => {
      fourth = value;
    });
    await settled();
    expect(fourth).toBeUndefined();
    expect(source.pulled).toBe(3);
    await slow[Symbol.asyncIterator]().next();
    await settled();
    expect(fourth).toEqual(say('4'));
    expect(source.pulled).toBe(4);
  });

  it('holds nobody back for a branch that was left, in mid-stream or before it was begun', async () => {
    for (const begin of [true, false]) {
      const source = counting();
      const [kept, left] = tee(source, { maxAhead: 2 });
      const reader = kept[Symbol.asyncIterator]();
      const leaver = left[Symbol.asyncIterator]();
      if (begin) await leaver.next();
      await leaver.return?.();
      for (let count = 1; count <= 10; count += 1)
        expect((await reader.next()).value).toEqual(say(String(count)));
      expect(source.closed).toBe(false);
      await reader.return?.();
      expect(source.closed).toBe(true);
    }
  });

  it('wakes a branch that waits for the other when the other is left', async () => {
    const [waiting, left] = tee(counting(), { maxAhead: 1 });
    const reader = waiting[Symbol.asyncIterator]();
    await reader.next();
    const second = reader.next();
    for await (const _ of left) break;
    expect((await second).value).toEqual(say('2'));
  });

  it('closes the stream once, when both have left', async () => {
    const stream = await fromText(['a', 'b', 'c']);
    const [a, b] = tee(stream);
    for await (const _ of a) break;
    for await (const _ of b) break;
    expect(await stream[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it('brings a failure to both, after the events before it', async () => {
    const [a, b] = tee(counting(2));
    for (const branch of [a, b]) {
      const events: ChatEvent[] = [];
      await expect(async () => {
        for await (const event of branch) events.push(event);
      }).rejects.toThrow('broken');
      expect(events).toEqual([say('1'), say('2')]);
    }
  });

  it('keeps the order for a branch that always lags a little', async () => {
    const [a, b] = tee(counting());
    const ahead = a[Symbol.asyncIterator]();
    const behind = b[Symbol.asyncIterator]();
    await ahead.next();
    for (let count = 1; count <= 5_000; count += 1) {
      await ahead.next();
      expect((await behind.next()).value).toEqual(say(String(count)));
    }
  });

  it('lets one branch lag by tens of thousands of events without stopping the process', async () => {
    const [a, b] = tee(await fromText(Array.from({ length: 60_000 }, () => 'x')));
    await all(a);
    const begun = performance.now();
    expect(await all(b)).toHaveLength(60_001);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
