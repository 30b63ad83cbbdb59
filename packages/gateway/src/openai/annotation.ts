import type { SourceEvent } from '@sluice/core';

/** OpenAI's annotation of a source that the answer cites; nothing for one without an address, which the wire cannot tell. */
export function annotation({ url, title }: SourceEvent): object | undefined {
  if (url === undefined) return undefined;
  return { type: 'url_citation', url_citation: { url, ...(title === undefined ? {} : { title }) } };
}
