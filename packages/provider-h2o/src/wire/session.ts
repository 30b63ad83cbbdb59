import { type CallOptions, type CallScope, ChatError } from '@sluice/core';
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  redirected,
  withHeaders,
} from '@sluice/core/http';
import type { CookieJar } from './cookie-jar.ts';
import type { EncodedBody } from './multipart.ts';
import type { Site } from './site.ts';

const mostRedirects = 5;

/** One request of a session. */
export interface SessionRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly body?: EncodedBody;
  /** A 303 is the success of this request and not to be followed. */
  readonly seeOther?: boolean;
}

/** One call's way to the server: its cookies, headers and proxy, the same for every step. */
export interface Session {
  readonly jar: CookieJar;
  /** Extra headers, the later ones winning. */
  readonly headers: readonly CallOptions['headers'][];
  /** Any status is an answer. Throws what `HttpClient.request` throws. */
  send(request: SessionRequest, scope: CallScope): Promise<HttpResponse>;
}

/** What a session is made from. */
export interface SessionParts {
  readonly http: HttpClient;
  readonly site: Site;
  readonly jar: CookieJar;
  /** The provider's own extra headers, and the call's, which win. */
  readonly headers: readonly CallOptions['headers'][];
  readonly proxy: CallOptions['proxy'];
  readonly now: () => number;
}

/** Makes a session. */
export function createSession({ http, site, jar, headers, proxy, now }: SessionParts): Session {
  return {
    jar,
    headers,
    async send({ method, url, body, seeOther = false }, scope) {
      const requestTo = (address: string | URL): HttpRequest => {
        const own: HttpRequest = {
          method,
          url: address,
          headers: {
            // Until 2024-05 form posts are checked by Referer, since then by Origin; the other one does no harm.
            Referer: site.home,
            Origin: site.origin,
            // Anything that prefers text/html is routed to the page of the same address, which takes no posts.
            Accept: '*/*',
            Cookie: jar.header(),
            'Content-Type': body?.contentType,
          },
          ...(body === undefined ? {} : { body: body.body }),
        };
        return headers.reduce(withHeaders, own);
      };
      let request = requestTo(url);
      for (let hops = 0; ; hops += 1) {
        const response = await http.request({ ...request, redirect: 'manual' }, scope, proxy);
        const from = new URL(response.url);
        // Another server may answer a redirected GET, but has no say in this session.
        const isOwn = from.origin === site.origin;
        if (isOwn) jar.store(response.headers['set-cookie'], now());
        if (!isRedirect(response) || (seeOther && response.status === 303)) return response;
        response.body.release();
        if (leadsToLogin(response)) throw loginWanted(response);
        if (hops === mostRedirects) throw lost(response);
        const next = redirected(request, from, response);
        const stays = isOwn && next.url.origin === site.origin;
        request = stays ? requestTo(next.url) : { ...next.request, url: next.url };
      }
    },
  };
}

function isRedirect({ status, headers }: HttpResponse): boolean {
  return status >= 300 && status < 400 && headers.location !== undefined;
}

/** Servers with a login send everybody else there. */
function leadsToLogin({ headers, url }: HttpResponse): boolean {
  return /\/(?:login|signin|oauth)\b/i.test(URL.parse(headers.location ?? '', url)?.pathname ?? '');
}

function lost({ status, url }: HttpResponse): ChatError {
  const message = `${new URL(url).host} redirected more than ${mostRedirects} times`;
  return new ChatError('invalid-response', message, { status, sent: 'maybe' });
}

function loginWanted({ status, url }: HttpResponse): ChatError {
  return new ChatError(
    'auth',
    `${new URL(url).host} answered ${status} and wants a login; sign in with a browser and pass the value of its session cookie as option cookie`,
    { status, sent: 'no' },
  );
}
