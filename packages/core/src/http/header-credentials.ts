import type { HttpRequest } from './http-message.ts';

/** Headers whose values are credentials, whatever the server calls them. */
const secretHeader = /auth|cookie|key|token|secret/i;

/** Shorter words of a header's value are names and schemes. */
const shortestPart = 8;

/**
 * What of these headers must not be seen in an error: the values of those that carry credentials, and their parts (the token
 * of `Bearer <token>`, the value of `name=value`), since a server may repeat one of them alone.
 */
export function headerCredentials(headers: HttpRequest['headers'] = {}): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && secretHeader.test(name) ? [value, ...partsOf(value)] : [],
  );
}

function partsOf(value: string): readonly string[] {
  return value.split(/[\s;,=]+/).filter((part) => part.length >= shortestPart);
}
