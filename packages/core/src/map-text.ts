import type { ChatEvent } from './events.ts';

/**
 * The same events with their text changed piece by piece; a piece that becomes empty is left out. `map` sees pieces as they
 * arrive, cut anywhere. Leaving the loop early leaves the stream.
 *
 * @example
 * for await (const event of mapText(stream, (text) => text.toUpperCase())) show(event);
 */
export async function* mapText(
  stream: AsyncIterable<ChatEvent>,
  map: (text: string) => string,
): AsyncGenerator<ChatEvent, void, undefined> {
  for await (const event of stream) {
    if (event.type !== 'text-delta') {
      yield event;
      continue;
    }
    const text = map(event.text);
    if (text.length > 0) yield { type: 'text-delta', text };
  }
}
