import type { CallScope } from '../call-scope.ts';
import { ChatError } from '../chat-error.ts';
import type { HttpBody, HttpHead, HttpRequest } from './http-message.ts';

/** One request on its way to one address: a redirect that is followed is another hop. */
export interface HttpHop {
  readonly method: HttpRequest['method'];
  readonly url: string;
  /** Names in any case, as the provider wrote them. */
  readonly headers: { readonly [name: string]: string };
  readonly body: HttpRequest['body'];
}

/** The bytes of an answer, decompressed and pulled. */
export type HopBody = Pick<HttpBody, 'read' | 'release' | 'abort'>;

/** What came back, of whatever status. */
export interface HopAnswer extends Omit<HttpHead, 'url'> {
  readonly body: HopBody;
}

/**
 * Stands between every HTTP client of this process and the network. It answers by itself, or calls `next` once and looks at
 * what it gives. What it throws is what the provider sees, so that should be a `ChatError`; when the scope is cancelled,
 * whatever it makes its caller wait for has to reject with the scope's error.
 */
export type HttpInterceptor = (
  hop: HttpHop,
  scope: CallScope,
  next: () => Promise<HopAnswer>,
) => Promise<HopAnswer>;

/** In the process and not in this module: two copies of the package have to agree, as they do about errors. */
const place: unique symbol = Symbol.for('sluice.http.interceptor') as never;
const shared = globalThis as { [place]?: HttpInterceptor | undefined };

/**
 * Lets every request of every provider in this process pass through `interceptor`, those of providers made before as well. Where
 * there is none, a request costs one look and a token nothing. Returns what ends it. Throws `invalid-request` if there is
 * one already: two recorders, or a recorder and a player, would each have half of the truth.
 *
 * @example
 * const stop = interceptHttp(async (hop, scope, next) => {
 *   const answer = await next();
 *   console.error(hop.method, hop.url, answer.status);
 *   return answer;
 * });
 */
export function interceptHttp(interceptor: HttpInterceptor): () => void {
  if (shared[place]) {
    throw new ChatError(
      'invalid-request',
      'the requests of this process are intercepted already (recorded or replayed); end that first',
    );
  }
  shared[place] = interceptor;
  return () => {
    if (shared[place] === interceptor) shared[place] = undefined;
  };
}

/** Whatever stands before the network now. */
export function httpInterceptor(): HttpInterceptor | undefined {
  return shared[place];
}
