/**
 * Starts a source and leaves it at its first item, so that what it holds open is released. A source that was
 * never started would not notice that nobody wants it.
 */
export async function abandon(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source) return;
}
