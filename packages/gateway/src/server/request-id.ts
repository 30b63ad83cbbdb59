import { randomUUID } from 'node:crypto';

/** What a caller may call its request: long enough for a trace id, and nothing that a log or a header could trip over. */
const wellFormed = /^[\w.:-]{1,128}$/;

/** The caller's `x-request-id` if it is well-formed, else a new one. */
export function requestId(shown: string | readonly string[] | undefined): string {
  return typeof shown === 'string' && wellFormed.test(shown) ? shown : randomUUID();
}
