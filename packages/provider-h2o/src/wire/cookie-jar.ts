/** Nobody needs more for one conversation; a server that sets more is not followed. */
const mostCookies = 32;
const longestCookie = 4_096;

/**
 * The cookies of one call. Only one origin ever sees them, so names and values are all that is kept. `Secure` is ignored on
 * purpose: chat-ui sets it on plain http too, where a strict jar would lose the session (the original client's jar did, on
 * any http:// address).
 */
export interface CookieJar {
  /** The `Cookie` header, or nothing where there are none. */
  header(): string | undefined;
  /** Takes the `Set-Cookie` lines of a response: joined with LF, as `HttpHead` has them. `nowMs` is milliseconds since 1970. */
  store(setCookie: string | undefined, nowMs: number): void;
  /** What must not appear in errors. */
  values(): readonly string[];
}

/** Makes a jar of the server at `home`, its front page, that starts with one cookie. */
export function createCookieJar(name: string, value: string, home: URL): CookieJar {
  const cookies = new Map([[name, value]]);
  return {
    header() {
      return [...cookies].map(([each, held]) => `${each}=${held}`).join('; ') || undefined;
    },
    store(setCookie, nowMs) {
      for (const line of setCookie?.split('\n') ?? []) {
        const cookie = parseSetCookie(line, nowMs);
        if (!cookie || !isMeantFor(home, cookie)) continue;
        if (cookie.expired) cookies.delete(cookie.name);
        else if (cookies.has(cookie.name) || cookies.size < mostCookies)
          cookies.set(cookie.name, cookie.value);
      }
    },
    values: () => [...cookies.values()],
  };
}

interface SetCookie {
  readonly name: string;
  readonly value: string;
  readonly expired: boolean;
  /** Empty where the line names none. */
  readonly domain: string;
  readonly path: string;
}

/** RFC 6265, sections 5.1.3 and 5.1.4: whether a request to this address would carry the cookie. */
function isMeantFor({ hostname, pathname }: URL, { domain, path }: SetCookie): boolean {
  const ownHost = domain === '' || hostname === domain || hostname.endsWith(`.${domain}`);
  const ownPath = !path.startsWith('/') || `${pathname}/`.startsWith(path.endsWith('/') ? path : `${path}/`);
  return ownHost && ownPath;
}

/** RFC 6265, section 5.2, as far as one call of one origin needs it. */
function parseSetCookie(line: string, nowMs: number): SetCookie | undefined {
  if (line.length > longestCookie) return undefined;
  const [pair = '', ...attributes] = line.split(';');
  const at = pair.indexOf('=');
  if (at <= 0) return undefined;
  const attribute = (wanted: string): string | undefined =>
    attributes
      .map((each) => each.trim())
      .find((each) => each.toLowerCase().startsWith(`${wanted}=`))
      ?.slice(wanted.length + 1);
  const maxAge = attribute('max-age');
  const expires = Date.parse(attribute('expires') ?? '');
  return {
    name: pair.slice(0, at).trim(),
    value: pair.slice(at + 1).trim(),
    expired: maxAge === undefined ? expires <= nowMs : Number(maxAge) <= 0,
    domain: (attribute('domain') ?? '').replace(/^\./, '').toLowerCase(),
    path: attribute('path') ?? '',
  };
}
