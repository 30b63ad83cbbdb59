import type { FaultName, FaultRequest } from '@sluice/sandbox';
import type { Outcome, WireRow } from '../wire-row.ts';

/** Short, since these faults run into them. */
const shortMs = 120;

/** The same where steps go before the one that hangs, which take their time on a busy machine. */
const afterStepsMs = 1_500;

const connect = { number: '', group: 'connect', expected: { code: 'network', unsent: true } } as const;

const connectRows: readonly WireRow[] = [
  { ...connect, number: '1', fault: 'the name is not found', at: 'unknown-name' },
  { ...connect, number: '2', fault: 'the connection is refused', at: 'refusing' },
  {
    ...connect,
    number: '3',
    fault: 'accepted and never answered',
    variant: 'the connection',
    at: 'silent',
    limits: { firstToken: shortMs },
    expected: { code: 'first-token-timeout', cut: true, conversation: 'not made' },
  },
  {
    ...connect,
    number: '3',
    fault: 'accepted and never answered',
    variant: 'the TLS handshake',
    at: 'silent-tls',
    limits: { connect: shortMs },
    expected: { code: 'connect-timeout', unsent: true, cut: true },
  },
  {
    ...connect,
    number: '3',
    fault: 'accepted and never answered',
    variant: 'the request for the answer',
    provoke: { name: 'never-answer' },
    limits: { firstToken: afterStepsMs },
    expected: { code: 'first-token-timeout', cut: true },
  },
  { ...connect, number: '4', fault: 'the TLS handshake fails', at: 'broken-tls' },
];

const headerRows: readonly WireRow[] = [
  {
    number: '5',
    group: 'headers',
    fault: 'reset before any byte',
    provoke: { name: 'reset-before-headers' },
    expected: { code: 'network' },
  },
  {
    number: '6',
    group: 'headers',
    fault: 'slow headers, a byte at a time',
    provoke: { name: 'slow-headers', parameters: { everyMs: 20 } },
    limits: { firstToken: afterStepsMs },
    expected: { code: 'first-token-timeout', cut: true },
  },
  {
    number: '7',
    group: 'headers',
    fault: '64 KiB of headers',
    provoke: { name: 'huge-headers' },
    expected: { code: 'invalid-response' },
  },
  {
    number: '8',
    group: 'headers',
    fault: 'garbage instead of HTTP',
    provoke: { name: 'garbage' },
    expected: { code: 'invalid-response' },
  },
];

/** Section 4 of the design, by status. 408 and 409 are not in it: they pass by themselves, like a 5xx. */
const statuses: readonly (readonly [fault: FaultName, words: string, expected: Outcome])[] = [
  ['status-400', '400 Bad Request', { code: 'invalid-request' }],
  ['status-401', '401 Unauthorized', { code: 'auth' }],
  ['status-402', '402 Payment Required', { code: 'payment-required' }],
  ['status-403', '403 Forbidden', { code: 'auth' }],
  // Only a 404 that speaks of the model is one of the model: any other is of the path, and then `baseURL` is wrong.
  ['status-404', '404 Not Found', { code: 'invalid-response' }],
  ['status-408', '408 Request Timeout', { code: 'server-error' }],
  ['status-409', '409 Conflict', { code: 'server-error' }],
  ['status-413', '413 Payload Too Large', { code: 'context-length' }],
  ['status-422', '422 Unprocessable Entity', { code: 'invalid-request' }],
  ['status-429', '429 Too Many Requests', { code: 'rate-limited' }],
  ['status-500', '500 Internal Server Error', { code: 'server-error' }],
  ['status-502', '502 Bad Gateway', { code: 'server-error' }],
  ['status-503', '503 Service Unavailable', { code: 'overloaded' }],
  ['status-504', '504 Gateway Timeout', { code: 'server-error' }],
  ['status-529', '529 Overloaded', { code: 'overloaded' }],
];

const bodies = [
  ['json', 'JSON'],
  ['html', 'an HTML page'],
  ['empty', 'no body'],
  ['huge', '10 MiB'],
] as const;

const mebibyte = 1024 * 1024;

function statusRow(
  name: FaultName,
  words: string,
  variant: string,
  parameters: FaultRequest['parameters'],
  expected: Outcome,
): WireRow {
  return {
    number: '9-20',
    group: 'status',
    fault: words,
    variant,
    provoke: { name, parameters: { ...parameters } },
    expected,
  };
}

const saysModel = {
  outcome: { code: 'model-not-found' },
  why: "the body's code is `model_not_found`",
} as const;

const bodyRows: readonly WireRow[] = statuses.flatMap(([name, words, expected]) =>
  bodies.map(([body, variant]) => {
    const quiet = name === 'status-429' ? { retryAfter: 'none' } : {};
    const row = statusRow(name, words, variant, { body, ...quiet }, expected);
    if (name === 'status-404' && body === 'json') {
      return { ...row, except: { 'openai-compatible': saysModel, ylokh: saysModel } };
    }
    return body === 'huge' ? { ...row, reduced: { bodyBytes: mebibyte } } : row;
  }),
);

const askedS = 60;
const asks = { retryAfterMs: askedS * 1_000 };

/** RFC 9110 has seconds and dates; `retry-after-ms` and `x-ratelimit-reset-requests` are OpenAI's. Nobody is believed beyond a day. */
const retryAfterRows: readonly WireRow[] = (
  [
    ['seconds', 'Retry-After in seconds', askedS],
    ['date', 'Retry-After as a date', askedS],
    ['ms', 'retry-after-ms', askedS],
    ['reset', 'x-ratelimit-reset-requests', askedS],
    ['absurd', 'an absurd Retry-After', 24 * 60 * 60],
  ] as const
).flatMap(([retryAfter, variant, waitS]) => [
  statusRow(
    'status-429',
    '429 Too Many Requests',
    variant,
    { ...asks, retryAfter },
    { code: 'rate-limited', waitS },
  ),
  ...(retryAfter === 'seconds'
    ? [
        statusRow(
          'status-503',
          '503 Service Unavailable',
          variant,
          { ...asks, retryAfter },
          { code: 'overloaded', waitS },
        ),
      ]
    : []),
]);

const redirect = { group: 'redirect', expected: { code: 'invalid-response' } } as const;

const redirectRows: readonly WireRow[] = [
  { ...redirect, number: '21', fault: '302 to another origin', provoke: { name: 'redirect-302' } },
  { ...redirect, number: '22', fault: '307 to another origin', provoke: { name: 'redirect-307' } },
  { ...redirect, number: '23', fault: 'a loop of redirects', provoke: { name: 'redirect-loop' } },
  {
    ...redirect,
    number: '24',
    fault: 'a redirect inward',
    variant: 'to a file',
    provoke: { name: 'redirect-inward', parameters: { to: 'file:///etc/passwd' } },
  },
  {
    ...redirect,
    number: '24',
    fault: 'a redirect inward',
    variant: 'to a private address',
    provoke: { name: 'redirect-inward', parameters: { to: 'http://169.254.169.254/latest/meta-data/' } },
  },
];

/** Faults 1 to 24: what goes wrong before there is an answer. */
export const rowsUntilTheAnswer: readonly WireRow[] = [
  ...connectRows,
  ...headerRows,
  ...bodyRows,
  ...retryAfterRows,
  ...redirectRows,
];
