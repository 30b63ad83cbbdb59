import { describe, expect, it } from 'vitest';
import type { ChatEvent } from './events.ts';
import { fromText } from './from-text.ts';
import { mapText } from './map-text.ts';

async function all(stream: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('mapText', () => {
  it('changes the text piece by piece, leaves out what becomes empty, and lets the rest pass', async () => {
    const stream = await fromText(['one', '#', 'two'], { finishReason: 'length' });
    expect(await all(mapText(stream, (text) => (text === '#' ? '' : text.toUpperCase())))).toEqual([
      { type: 'text-delta', text: 'ONE' },
      { type: 'text-delta', text: 'TWO' },
      { type: 'finish', reason: 'length' },
    ]);
  });

  it('leaves the stream when it is left', async () => {
    const stream = await fromText(['a', 'b']);
    for await (const _ of mapText(stream, (text) => text)) break;
    expect((await stream[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  it('fails as the stream does, or as the function does, and then leaves the stream', async () => {
    const stream = await fromText(['a', 'b']);
    const broken = (): string => {
      throw new Error('broken');
    };
    await expect(all(mapText(stream, broken))).rejects.toThrow('broken');
    expect((await stream[Symbol.asyncIterator]().next()).done).toBe(true);
  });
});
