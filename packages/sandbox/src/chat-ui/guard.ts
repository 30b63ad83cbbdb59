import type { Exchange } from '../exchange.ts';
import { InternalError } from './chat-ui-error.ts';
import type { Era } from './eras.ts';

/** A refusal before any route: it sets no cookie. */
export interface GuardRefusal {
  readonly status: number;
  readonly message: string;
}

const FORM_TYPES: ReadonlySet<string | undefined> = new Set([
  'multipart/form-data',
  'application/x-www-form-urlencoded',
  'text/plain',
]);

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Place {
  readonly host: string;
  readonly publicOrigin: string | undefined;
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    throw new InternalError(`not a URL: the guard reads it without a look`);
  }
}

function crossSite(exchange: Exchange, era: Era, place: Place): GuardRefusal | undefined {
  const type = exchange.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (exchange.method !== 'POST' || !FORM_TYPES.has(type)) return undefined;
  const from = exchange.headers[era.csrfHeader];
  if (from === undefined) {
    const header = era.csrfHeader === 'referer' ? 'a referer' : 'an origin';
    return { status: 403, message: `Non-JSON form requests need to have ${header}` };
  }
  const own = [place.host, ...(place.publicOrigin === undefined ? [] : [hostOf(place.publicOrigin)])];
  return own.includes(hostOf(from))
    ? undefined
    : { status: 403, message: 'Invalid referer for POST request' };
}

/**
 * What the server's hook checks before any route: where a form comes from, then the welcome modal.
 * @throws {InternalError} When the header that names the origin is not a URL.
 */
export function guard(
  exchange: Exchange,
  era: Era,
  context: Place & { readonly modalAccepted: boolean; readonly modalOn: boolean },
): GuardRefusal | undefined {
  const foreign = crossSite(exchange, era, context);
  if (foreign !== undefined) return foreign;
  const needsModal =
    era.welcomeModal &&
    context.modalOn &&
    !context.modalAccepted &&
    !SAFE_METHODS.has(exchange.method) &&
    !exchange.path.startsWith('/settings');
  return needsModal ? { status: 405, message: 'You need to accept the welcome modal first' } : undefined;
}
