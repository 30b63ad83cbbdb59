import { ByteGatherer } from '../byte-gatherer.ts';
import type { CallScope } from '../call-scope.ts';
import { ChatError } from '../chat-error.ts';
import { decompress } from './decompress.ts';
import { Exchange } from './exchange.ts';
import type { HttpBody, HttpRequest, HttpResponse } from './http-message.ts';
import { type HopAnswer, type HopBody, httpInterceptor } from './interceptor.ts';
import { OriginPool } from './origin-pool.ts';
import { type ProxyEnvironment, proxyEnvironment, proxyFor } from './proxy.ts';
import { redirected } from './redirect.ts';
import { transportError } from './transport-error.ts';

/** The longest body that is read as one text, in bytes, where nothing else is said. */
const defaultMaxBodyBytes = 16 * 1024 * 1024;
const mostRedirects = 5;

/** How long the body of an error is waited for, in milliseconds: its status has told the most already. */
const longestErrorBodyMs = 2_000;

/** Sends HTTP requests. It never retries: whoever routes owns retries. */
export interface HttpClient {
  /**
   * Sends a request and answers with the head and a body to pull from; any status is an answer. Throws a `ChatError`:
   * `network`, `invalid-response` (not HTTP, headers over 32 KiB, a redirect that is not safe), `invalid-request` (an address
   * or header that is none), or the scope's own reason.
   */
  request(request: HttpRequest, scope: CallScope, proxy?: string | false): Promise<HttpResponse>;
  /** Closes idle connections now, and the others when their calls end. */
  close(): void;
}

export interface HttpClientOptions {
  /** Used where a call says nothing. Default: the environment's. */
  readonly proxy?: string | false | undefined;
  /** Where `HTTP_PROXY` and its siblings are read from, once. Default `process.env`. */
  readonly env?: { readonly [name: string]: string | undefined };
}

/** Makes a client with pools of its own, one per origin and proxy. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const pools = new Map<string, OriginPool>();
  const environment: ProxyEnvironment = proxyEnvironment(options.env ?? process.env);
  let closed = false;
  let lastAddress: string | undefined;
  let lastUrl: URL | undefined;

  /** A provider asks at one address nearly always, and reading an address costs as much as three tokens. */
  const urlOf = (address: string | URL): URL => {
    if (typeof address !== 'string') return parseUrl(address);
    if (lastUrl === undefined || address !== lastAddress) {
      lastUrl = parseUrl(address);
      lastAddress = address;
    }
    return lastUrl;
  };

  const poolOf = (url: URL, proxy: URL | undefined): OriginPool => {
    const key = proxy ? `${url.origin} ${proxy.href}` : url.origin;
    const known = pools.get(key);
    if (known) return known;
    const pool = new OriginPool(url.origin, proxy, () => {
      // Proxies that change with each call would otherwise add up. A pool may be told gone when another has taken its place.
      if (pools.get(key) === pool) pools.delete(key);
    });
    pools.set(key, pool);
    return pool;
  };

  const dispatch = async (
    request: HttpRequest,
    url: URL,
    scope: CallScope,
    proxy: string | false | undefined,
  ): Promise<HopAnswer> => {
    const lease = poolOf(url, proxyFor(url, proxy ?? options.proxy, environment)).lease();
    const exchange = new Exchange(scope, lease, url.host);
    try {
      lease.client.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method,
          headers: definedHeaders(request.headers),
          body: request.body ?? null,
        },
        exchange,
      );
    } catch (error) {
      exchange.onResponseError(undefined, error as Error);
      throw transportError(error as Error, url.host, 'no');
    }
    const { status, headers } = await exchange.head;
    return { status, headers, body: decoded(exchange, headers['content-encoding']) };
  };

  const send = async (
    request: HttpRequest,
    url: URL,
    scope: CallScope,
    proxy: string | false | undefined,
  ): Promise<HttpResponse> => {
    scope.throwIfCancelled();
    if (closed) throw new ChatError('aborted', 'the provider was closed', { sent: 'no' });
    const intercept = httpInterceptor();
    const { status, headers, body } = intercept
      ? await intercept(
          {
            method: request.method,
            url: url.href,
            headers: definedHeaders(request.headers),
            body: request.body,
          },
          scope,
          () => dispatch(request, url, scope, proxy),
        )
      : await dispatch(request, url, scope, proxy);
    return { status, headers, url: url.href, body: bodyOf(body) };
  };

  return {
    async request(request, scope, proxy) {
      let current = request;
      let url = urlOf(request.url);
      for (let hops = 0; ; hops += 1) {
        const response = await send(current, url, scope, proxy);
        if (response.status < 300 || response.status > 399 || request.redirect === 'manual') return response;
        response.body.release();
        if (hops === mostRedirects) {
          throw new ChatError('invalid-response', `${url.host} redirected more than ${mostRedirects} times`, {
            status: response.status,
            sent: 'maybe',
          });
        }
        ({ request: current, url } = redirected(current, url, response));
      }
    },
    close() {
      closed = true;
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
}

/** The bytes of an exchange as they were before they were compressed. */
function decoded(exchange: Exchange, encoding: string | undefined): HopBody {
  const plain = encoding === undefined || encoding === '' || encoding === 'identity';
  if (plain) return exchange;
  return {
    read: decompress(
      encoding,
      () => exchange.read(),
      () => exchange.abort(),
    ),
    release: () => exchange.release(),
    abort: () => exchange.abort(),
  };
}

function bodyOf(source: HopBody): HttpBody {
  const read = (): ReturnType<HopBody['read']> => source.read();
  /** Whether the end came before it was too much. */
  const gather = async (maxBytes: number, into: ByteGatherer): Promise<boolean> => {
    for (let chunk = await read(); chunk; chunk = await read()) {
      into.add(chunk);
      if (into.bytes > maxBytes) {
        source.abort();
        return false;
      }
    }
    return true;
  };
  return {
    read,
    release: () => source.release(),
    abort: () => source.abort(),
    async text(maxBytes = defaultMaxBodyBytes) {
      const body = new ByteGatherer();
      if (await gather(maxBytes, body)) return body.take().toString('utf8');
      throw new ChatError('invalid-response', `the answer is longer than ${maxBytes} bytes`, { sent: 'yes' });
    },
    async beginning(maxBytes) {
      const body = new ByteGatherer();
      const patience = setTimeout(() => source.abort(), longestErrorBodyMs);
      try {
        await gather(maxBytes, body);
      } catch {
        // It broke off or did not come: what there is of it is its beginning.
      } finally {
        clearTimeout(patience);
      }
      return body.take().toString('utf8', 0, maxBytes);
    },
  };
}

function parseUrl(url: string | URL): URL {
  const parsed = typeof url === 'string' ? URL.parse(url) : url;
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:')) return parsed;
  throw new ChatError(
    'invalid-request',
    'the address of the upstream must be an http:// or https:// URL; check baseURL',
  );
}

function definedHeaders(headers: HttpRequest['headers']): { [name: string]: string } {
  const defined: { [name: string]: string } = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
