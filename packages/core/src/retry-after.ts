/** Nobody is believed who asks to wait longer: 24 hours, in milliseconds. */
export const longestRetryAfterMs: number = 24 * 60 * 60 * 1000;

type Headers = { readonly [name: string]: string | undefined };

/** Header and the reading of its value, the most exact first. */
const readings: readonly (readonly [
  name: string,
  read: (value: string, nowMs: number) => number | undefined,
])[] = [
  // OpenAI and Azure.
  ['retry-after-ms', milliseconds],
  // RFC 9110, section 10.2.3: seconds or a date.
  ['retry-after', (value, nowMs) => seconds(value) ?? date(value, nowMs)],
  // OpenAI's "6m0s"; others send seconds or a Unix time.
  ['x-ratelimit-reset-requests', reset],
  ['x-ratelimit-reset-tokens', reset],
  ['x-ratelimit-reset', reset],
  // IETF draft "RateLimit header fields": seconds.
  ['ratelimit-reset', reset],
];

/**
 * How long the upstream asks to wait, in milliseconds from `nowMs` (milliseconds since 1970); nothing where it does not say,
 * or says something that is no time. A time in the past is 0, an absurd one is cut to 24 hours.
 *
 * `headers` have lower-case names.
 */
export function parseRetryAfter(headers: Headers, nowMs: number): number | undefined {
  for (const [name, read] of readings) {
    const value = headers[name]?.trim();
    if (!value) continue;
    const waitMs = read(value, nowMs);
    if (waitMs !== undefined) return Math.min(Math.max(0, Math.ceil(waitMs)), longestRetryAfterMs);
  }
  return undefined;
}

function number(value: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function milliseconds(value: string): number | undefined {
  return number(value);
}

function seconds(value: string): number | undefined {
  const parsed = number(value);
  return parsed === undefined ? undefined : parsed * 1000;
}

/** A date of RFC 9110 (section 5.6.7, all three forms) or ISO 8601. Without a zone it is UTC: so RFC 9110 reads asctime's. */
function date(value: string, nowMs: number): number | undefined {
  // Date.parse takes almost anything ("soon 5" is in May 2001): only what looks like a date with a time is given to it.
  const shape = /^(?:([a-z]{3,9},? .*\d:\d\d.*)|\d{4}-\d\d-\d\dT.+)$/i.exec(value);
  if (!shape) return undefined;
  const zoned = /(?:GMT|UTC|Z|[+-]\d\d:?\d\d)$/i.test(value);
  const at = Date.parse(zoned ? value : `${value}${shape[1] === undefined ? 'Z' : ' GMT'}`);
  return Number.isNaN(at) ? undefined : at - nowMs;
}

/** Seconds from now, a Unix time in seconds or milliseconds, a date, or a duration such as `1h2m3.5s` or `120ms`. */
function reset(value: string, nowMs: number): number | undefined {
  const parsed = number(value);
  if (parsed !== undefined) {
    if (parsed > 1e11) return parsed - nowMs;
    return parsed > 1e9 ? parsed * 1000 - nowMs : parsed * 1000;
  }
  return duration(value) ?? date(value, nowMs);
}

function duration(value: string): number | undefined {
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(
    value,
  );
  if (!parts || value === '') return undefined;
  const [, days = 0, hours = 0, minutes = 0, secs = 0, ms = 0] = parts.map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + secs) * 1000 + ms;
}
