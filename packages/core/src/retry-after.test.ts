import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { longestRetryAfterMs, parseRetryAfter } from './retry-after.ts';

/** Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples. */
const exampleMs = 784_111_777_000;
const now = exampleMs - 90_000;

describe('parseRetryAfter', () => {
  it.each([
    ['retry-after', '7', 7_000],
    ['retry-after', ' 7 ', 7_000],
    ['retry-after', '0', 0],
    ['retry-after', '1.5', 1_500],
    ['retry-after', '0.0001', 1],
    ['retry-after', '-3', 0],
    ['retry-after', 'Sun, 06 Nov 1994 08:49:37 GMT', 90_000],
    ['retry-after', 'Sunday, 06-Nov-94 08:49:37 GMT', 90_000],
    ['retry-after', 'Sun Nov  6 08:49:37 1994', 90_000],
    ['retry-after', '1994-11-06T08:49:37Z', 90_000],
    ['retry-after', '1994-11-06T08:49:37', 90_000],
    ['retry-after', '1994-11-06T10:49:37.000+02:00', 90_000],
    ['retry-after', 'Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['retry-after', '999999999999', longestRetryAfterMs],
    ['retry-after', '9'.repeat(400), longestRetryAfterMs],
    ['retry-after', 'Fri, 31 Dec 9999 23:59:59 GMT', longestRetryAfterMs],
    ['retry-after-ms', '250', 250],
    ['retry-after-ms', '250.4', 251],
    ['x-ratelimit-reset-requests', '6m0s', 360_000],
    ['x-ratelimit-reset-requests', '1h2m3.5s', 3_723_500],
    ['x-ratelimit-reset-requests', '1d', 86_400_000],
    ['x-ratelimit-reset-tokens', '120ms', 120],
    ['x-ratelimit-reset-tokens', '8.64s', 8_640],
    ['x-ratelimit-reset', '30', 30_000],
    ['x-ratelimit-reset', '2000000000', longestRetryAfterMs],
    ['x-ratelimit-reset', 'Sun, 06 Nov 1994 08:49:37 GMT', 90_000],
    ['ratelimit-reset', '12', 12_000],
  ])('%s: %s is %i ms', (name, value, waitMs) => {
    expect(parseRetryAfter({ [name]: value }, now)).toBe(waitMs);
  });

  it('reads a Unix time in seconds or milliseconds', () => {
    const nowMs = 1_700_000_000_000;
    expect(parseRetryAfter({ 'x-ratelimit-reset': '1700000005' }, nowMs)).toBe(5_000);
    expect(parseRetryAfter({ 'x-ratelimit-reset': '1700000005000' }, nowMs)).toBe(5_000);
    expect(parseRetryAfter({ 'x-ratelimit-reset': '1600000000' }, nowMs)).toBe(0);
  });

  it.each([
    '',
    ' ',
    'soon',
    'soon 5',
    'May',
    '5 minutes',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '5, 6',
    'm',
    '12:30',
  ])('does not believe %j', (value) => {
    expect(parseRetryAfter({ 'retry-after': value, 'x-ratelimit-reset': value }, now)).toBeUndefined();
  });

  it('takes the most exact header, and the next where one says nothing', () => {
    const headers = { 'retry-after-ms': '1500', 'retry-after': '2', 'x-ratelimit-reset': '60' };
    expect(parseRetryAfter(headers, now)).toBe(1_500);
    expect(parseRetryAfter({ ...headers, 'retry-after-ms': 'x' }, now)).toBe(2_000);
    expect(parseRetryAfter({ ...headers, 'retry-after-ms': undefined, 'retry-after': 'x' }, now)).toBe(
      60_000,
    );
    expect(parseRetryAfter({}, now)).toBeUndefined();
  });

  it('reads a date without a zone as UTC, whatever the zone of this machine is', () => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(new Date(0).getTimezoneOffset()).toBe(300);
    expect(parseRetryAfter({ 'retry-after': 'Sun Nov  6 08:49:37 1994' }, now)).toBe(90_000);
    expect(parseRetryAfter({ 'retry-after': '1994-11-06T08:49:37' }, now)).toBe(90_000);
  });

  it('is a whole number from 0 to a day, or nothing, whatever is sent', () => {
    const name = fc.constantFrom('retry-after', 'retry-after-ms', 'x-ratelimit-reset', 'ratelimit-reset');
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), (headers) => {
        const waitMs = parseRetryAfter(headers, now);
        expect(
          waitMs === undefined || (Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= longestRetryAfterMs),
        ).toBe(true);
      }),
    );
  });
});
