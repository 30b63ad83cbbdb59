import type { LanguageModelV4Source } from '@ai-sdk/provider';
import type { SourceEvent } from '@sluice/core';

/** A cited source; one without an address is a document of which only the title is known. Nothing for one without both. */
export function sourceOf({ url, title }: SourceEvent, index: number): readonly LanguageModelV4Source[] {
  const id = `source-${index}`;
  if (url !== undefined) {
    return [{ type: 'source', sourceType: 'url', id, url, ...(title === undefined ? {} : { title }) }];
  }
  return title === undefined
    ? []
    : [{ type: 'source', sourceType: 'document', id, mediaType: 'text/plain', title }];
}
