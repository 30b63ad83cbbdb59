import { ChatError } from '../chat-error.ts';
import { isLoopback } from './own-network.ts';

/** The schemes that a proxy may have. `socks5h` leaves name resolution to the proxy, and so does `socks5` here: nothing is resolved twice. */
const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:', 'socks:']);

/** The proxy settings of an environment. */
export interface ProxyEnvironment {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  readonly noProxy?: string | undefined;
}

/** Reads `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, lower case first as curl does. */
export function proxyEnvironment(env: { readonly [name: string]: string | undefined }): ProxyEnvironment {
  const all = env.all_proxy || env.ALL_PROXY;
  return {
    httpProxy: env.http_proxy || env.HTTP_PROXY || all,
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || all,
    noProxy: env.no_proxy || env.NO_PROXY,
  };
}

/**
 * The proxy for an address, or nothing. `explicit` is the caller's word and wins; the environment never applies to loopback
 * addresses, which is where self-hosted upstreams live. Throws `invalid-request` for an address that is no proxy.
 */
export function proxyFor(
  target: URL,
  explicit: string | false | undefined,
  environment: ProxyEnvironment,
): URL | undefined {
  if (explicit === false || explicit === '') return undefined;
  if (explicit !== undefined) return parseProxy(explicit, 'proxy');
  const fromEnvironment = target.protocol === 'https:' ? environment.httpsProxy : environment.httpProxy;
  if (!fromEnvironment || isLoopback(target.hostname) || isExempt(target, environment.noProxy))
    return undefined;
  return parseProxy(fromEnvironment, target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
}

function parseProxy(text: string, where: string): URL {
  // Callers without types pass URLs and `true`.
  const url = typeof text !== 'string' ? null : URL.parse(text.includes('://') ? text : `http://${text}`);
  if (!url || !schemes.has(url.protocol) || url.hostname === '') {
    throw new ChatError(
      'invalid-request',
      `${where} must be an address such as http://host:port or socks5://host:port`,
    );
  }
  if (!isDecodable(url.username) || !isDecodable(url.password)) {
    throw new ChatError(
      'invalid-request',
      `${where} has a % in its user name or password that stands for no character; write it as %25`,
    );
  }
  return url;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** `NO_PROXY`: `*`, hosts, domains with or without a leading dot (subdomains included), each with an optional port. */
function isExempt(target: URL, noProxy: string | undefined): boolean {
  if (!noProxy) return false;
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  const hostname = target.hostname.replace(/^\[|\]$/g, '');
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    const { host, wantedPort } = hostAndPort(entry);
    if (wantedPort !== undefined && wantedPort !== port) return false;
    const domain = host.replace(/^\*?\./, '').toLowerCase();
    return hostname === domain || hostname.endsWith(`.${domain}`);
  });
}

/** `host`, `host:port`, `[address]`, `[address]:port`, or an address of IPv6 without brackets, which has no port. */
function hostAndPort(entry: string): { readonly host: string; readonly wantedPort: string | undefined } {
  const [, bracketed, plain, wantedPort] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { host: bracketed ?? plain ?? entry, wantedPort };
}
