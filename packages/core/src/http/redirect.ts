import { ChatError } from '../chat-error.ts';
import type { HttpHead, HttpRequest } from './http-message.ts';
import { isOnOwnNetwork } from './own-network.ts';

/** What may follow a redirect to another origin: nothing that tells who is asking. */
const harmlessHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'accept-encoding',
  'user-agent',
]);

/**
 * The request that follows a redirect, if it is safe to follow:
 * - on the same origin, 307 and 308 repeat the request, and any redirect repeats a GET;
 * - to another origin only a GET follows, without credentials, and never from a public host into a private network;
 * - a 301, 302 or 303 of a POST is not followed: it would lose the prompt.
 *
 * Throws `invalid-response` that names the new address.
 */
export function redirected(
  request: HttpRequest,
  from: URL,
  head: HttpHead,
): { readonly request: HttpRequest; readonly url: URL } {
  const location = head.headers.location;
  const to = location === undefined ? null : URL.parse(location, from.href);
  const refuse = (why: string): ChatError =>
    new ChatError('invalid-response', `${from.host} answered ${head.status}, a redirect${why}`, {
      status: head.status,
      sent: 'maybe',
    });
  if (!to) throw refuse(' without a usable Location');
  if (to.protocol !== 'http:' && to.protocol !== 'https:')
    throw refuse(` to ${to.protocol}, which is not followed`);
  const keepsMethod = request.method === 'GET' || head.status === 307 || head.status === 308;
  const sameOrigin = to.origin === from.origin;
  if (!keepsMethod || (!sameOrigin && request.method !== 'GET')) {
    throw refuse(` to ${to.origin}${to.pathname}; if that is right, set baseURL to it`);
  }
  if (sameOrigin) return { request, url: to };
  if (isOnOwnNetwork(to.hostname) && !isOnOwnNetwork(from.hostname)) {
    throw refuse(` to the private address ${to.host}, which is not followed`);
  }
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refuse(` from https to http (${to.host}), which is not followed`);
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(([name]) => harmlessHeaders.has(name.toLowerCase())),
  );
  return { request: { ...request, headers }, url: to };
}
