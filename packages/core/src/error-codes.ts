/**
 * Every way in which a call can fail. Registries and gateways have a row for each, and no other code comes from this version. It may
 * grow within a major: a code that you don't know is a failure of that call like any other.
 */
export type ChatErrorCode =
  | 'aborted'
  | 'deadline-exceeded'
  | 'invalid-request'
  | 'unsupported'
  | 'context-length'
  | 'content-filter'
  | 'auth'
  | 'payment-required'
  | 'model-not-found'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'connect-timeout'
  | 'first-token-timeout'
  | 'idle-timeout'
  | 'network'
  | 'invalid-response'
  | 'blocked'
  | 'truncated'
  | 'empty-response'
  | 'saturated'
  | 'no-target'
  | 'internal';

/** What follows from a failure. One row a code: routing and the gateway read the same table. */
export interface ErrorPolicy {
  /** Try the same target once more: never, always once, once if nothing was sent, or if `Retry-After` fits the deadline. */
  readonly retrySame: 'no' | 'once' | 'if-not-sent' | 'if-wait-fits';
  /** Try the next target (before the commit point): yes, no, or only where the caller asked for it. */
  readonly tryNext: 'yes' | 'no' | 'if-asked';
  /** What is left alone for a while: nothing, the credential, the model at that provider, the target, or the whole provider. */
  readonly cools: 'nothing' | 'credential' | 'model' | 'target' | 'provider';
  /** How much it weighs in the breaker's window. */
  readonly breakerWeight: 0 | 0.5 | 1;
  /** How long it cools, in milliseconds; `maxMs` where it doubles on repetition. */
  readonly cooldown?: { readonly baseMs: number; readonly maxMs: number };
  /** The status with which a gateway answers before the commit point. */
  readonly httpStatus: number;
}

const secondsMs = 1_000;
const minutesMs = 60 * secondsMs;
const hoursMs = 60 * minutesMs;

function row(
  httpStatus: number,
  tryNext: ErrorPolicy['tryNext'],
  breakerWeight: ErrorPolicy['breakerWeight'],
  rest: Partial<Pick<ErrorPolicy, 'retrySame' | 'cools' | 'cooldown'>> = {},
): ErrorPolicy {
  return { retrySame: 'no', cools: 'nothing', ...rest, tryNext, breakerWeight, httpStatus };
}

/** The error table of the design, as data. */
export const errorPolicies: { readonly [Code in ChatErrorCode]: ErrorPolicy } = {
  aborted: row(499, 'no', 0),
  'deadline-exceeded': row(504, 'no', 0),
  'invalid-request': row(400, 'no', 0),
  unsupported: row(400, 'yes', 0),
  'context-length': row(400, 'yes', 0),
  'content-filter': row(400, 'if-asked', 0),
  auth: row(502, 'yes', 0, { cools: 'credential', cooldown: { baseMs: 5 * minutesMs, maxMs: hoursMs } }),
  'payment-required': row(502, 'yes', 0, {
    cools: 'credential',
    cooldown: { baseMs: hoursMs, maxMs: hoursMs },
  }),
  'model-not-found': row(404, 'yes', 0, {
    cools: 'model',
    cooldown: { baseMs: 10 * minutesMs, maxMs: 10 * minutesMs },
  }),
  'rate-limited': row(429, 'yes', 0, {
    retrySame: 'if-wait-fits',
    cools: 'target',
    cooldown: { baseMs: 5 * secondsMs, maxMs: 5 * minutesMs },
  }),
  overloaded: row(503, 'yes', 1, { retrySame: 'once' }),
  'server-error': row(502, 'yes', 1, { retrySame: 'once' }),
  'connect-timeout': row(504, 'yes', 1),
  'first-token-timeout': row(504, 'yes', 1),
  'idle-timeout': row(504, 'yes', 1),
  network: row(502, 'yes', 1, { retrySame: 'if-not-sent' }),
  'invalid-response': row(502, 'yes', 1),
  blocked: row(502, 'yes', 0, {
    cools: 'provider',
    cooldown: { baseMs: 10 * minutesMs, maxMs: 10 * minutesMs },
  }),
  truncated: row(502, 'yes', 1),
  'empty-response': row(502, 'yes', 0.5, { retrySame: 'once' }),
  saturated: row(503, 'yes', 0),
  // Where a registry stands in another one: what it has no target for, the next provider may take.
  'no-target': row(503, 'yes', 0),
  internal: row(500, 'no', 0),
};
