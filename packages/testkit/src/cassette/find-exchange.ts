import { ChatError } from '@sluice/core';
import type { RecordedExchange } from './recorded-exchange.ts';
import { type ComparedRequest, differences, sameBody } from './request-difference.ts';

/** Finds what a cassette has for a request; each exchange is given once. */
export interface ExchangeFinder {
  /** Throws `invalid-request` that tells what is missing, or what differs where that matters. */
  find(sent: ComparedRequest): RecordedExchange;
  /** What was not asked for yet. */
  readonly remaining: readonly RecordedExchange[];
  /** What was answered although the request differs from the recorded one. */
  readonly differences: readonly string[];
}

/** How many exchanges an error lists. */
const mostListed = 5;

/**
 * Requests are matched by method, origin, path and query. Of several recorded ones, the first is taken that has the same body
 * but for ids and times, else the next in order.
 *
 * `strict`: another body, or another header that is not volatile, is an error. Otherwise it is noted, and a server that is
 * found under another address (a sandbox has other ports each time) is answered for as well.
 */
export function createExchangeFinder(
  path: string,
  exchanges: readonly RecordedExchange[],
  strict: boolean,
): ExchangeFinder {
  const remaining = [...exchanges];
  const noted: string[] = [];
  /** Under which recorded origin a server is known that is asked at another one. */
  const movedTo = new Map<string, string>();

  const candidatesFor = (sent: ComparedRequest): readonly RecordedExchange[] => {
    const { origin, place } = placeOf(sent.url);
    const at = (wanted: string | undefined) =>
      remaining.filter(({ request }) => {
        const recorded = placeOf(request.url);
        return (
          request.method === sent.method &&
          recorded.place === place &&
          (wanted === undefined || recorded.origin === wanted)
        );
      });
    if (strict || exchanges.some(({ request }) => placeOf(request.url).origin === origin)) return at(origin);
    const found = at(movedTo.get(origin));
    const [first] = found;
    if (!first) return [];
    const recordedOrigin = placeOf(first.request.url).origin;
    movedTo.set(origin, recordedOrigin);
    return found.filter(({ request }) => placeOf(request.url).origin === recordedOrigin);
  };

  return {
    remaining,
    differences: noted,
    find(sent) {
      const candidates = candidatesFor(sent);
      const chosen = candidates.find(({ request }) => sameBody(request, sent)) ?? candidates[0];
      if (!chosen) throw missing(path, sent, exchanges);
      const found = differences(chosen.request, sent, strict);
      if (found.length > 0) {
        const what = `${named(sent)} differs from exchange ${chosen.number} of ${path} (line ${chosen.line}): ${found.join('; ')}`;
        if (strict) throw refused(`${what}; record it again, or replay without strict`);
        noted.push(what);
      }
      remaining.splice(remaining.indexOf(chosen), 1);
      return chosen;
    },
  };
}

function missing(path: string, sent: ComparedRequest, exchanges: readonly RecordedExchange[]): ChatError {
  const place = placeOf(sent.url);
  const same = exchanges.filter(({ request }) => named(request) === named(sent));
  if (same.length > 0) {
    return refused(
      `${path} has no further answer for ${named(sent)}: ${same.length === 1 ? 'the one that was' : `all ${same.length} that were`} recorded ${same.length === 1 ? 'is' : 'are'} used up`,
    );
  }
  const moved = exchanges.find(
    ({ request }) => request.method === sent.method && placeOf(request.url).place === place.place,
  );
  if (moved) {
    const origin = placeOf(moved.request.url).origin;
    return refused(
      `${path} has no answer for ${named(sent)}: it was recorded at ${origin}; set baseURL to that`,
    );
  }
  const has = [...new Set(exchanges.map(({ request }) => named(request)))];
  const listed = has.slice(0, mostListed).join(', ');
  const more = has.length > mostListed ? `, and ${has.length - mostListed} more` : '';
  return refused(
    `${path} has no answer for ${named(sent)}; ${has.length === 0 ? 'it is empty' : `it has ${listed}${more}`}`,
  );
}

/** Neither tried again nor elsewhere: it is the cassette that does not fit, not an upstream that fails. */
function refused(message: string): ChatError {
  return new ChatError('invalid-request', message, { sent: 'no' });
}

function named({ method, url }: Pick<ComparedRequest, 'method' | 'url'>): string {
  return `${method} ${url}`;
}

function placeOf(url: string): { readonly origin: string; readonly place: string } {
  const parsed = URL.parse(url);
  return parsed
    ? { origin: parsed.origin, place: parsed.pathname + parsed.search }
    : { origin: '', place: url };
}
