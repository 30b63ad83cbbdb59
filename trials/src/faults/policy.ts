import type { ChatErrorCode } from '@sluice/core';

/**
 * What the design (section 4) says of a failure. Written by hand and not read from core's table, so that a slip there is
 * found here.
 */
export interface Policy {
  /** How often a single target is asked: `2` where the same target is tried once more, `unsent` where only if nothing was sent. */
  readonly tries: 1 | 2 | 'unsent';
  /** Whether the next target is asked, before the answer has begun. */
  readonly next: boolean;
  readonly health: 'failure' | 'half' | 'not counted';
  /** What rests afterwards, where the upstream says nothing of its own. */
  readonly rests?: string;
  /** What the gateway answers before the answer has begun. */
  readonly status: number;
  /** The code in OpenAI's error object. */
  readonly word: string;
  /** What the gateway tells of when to come again, where the upstream says nothing, in seconds. */
  readonly waitS?: number;
}

const counted = { health: 'failure', next: true } as const;
const uncounted = { health: 'not counted', next: true, tries: 1 } as const;
const final = { health: 'not counted', next: false, tries: 1 } as const;

/** The codes that an upstream, or the way to it, can cause. */
const policies: { readonly [Code in ChatErrorCode]?: Policy } = {
  'invalid-request': { ...final, status: 400, word: 'invalid_request' },
  'context-length': { ...uncounted, status: 400, word: 'context_length_exceeded' },
  auth: { ...uncounted, rests: 'credential 5 min', status: 502, word: 'upstream_auth_failed' },
  'payment-required': {
    ...uncounted,
    rests: 'credential 1 h',
    status: 502,
    word: 'upstream_payment_required',
  },
  'model-not-found': { ...uncounted, rests: 'model 10 min', status: 404, word: 'model_not_found' },
  'rate-limited': { ...uncounted, rests: 'target 5 s', status: 429, word: 'rate_limit_exceeded', waitS: 5 },
  overloaded: { ...counted, tries: 2, status: 503, word: 'upstream_overloaded', waitS: 2 },
  'server-error': { ...counted, tries: 2, status: 502, word: 'upstream_error' },
  'connect-timeout': { ...counted, tries: 1, status: 504, word: 'upstream_connect_timeout' },
  'first-token-timeout': { ...counted, tries: 1, status: 504, word: 'upstream_first_token_timeout' },
  'idle-timeout': { ...counted, tries: 1, status: 504, word: 'upstream_idle_timeout' },
  network: { ...counted, tries: 'unsent', status: 502, word: 'upstream_unreachable' },
  'invalid-response': { ...counted, tries: 1, status: 502, word: 'upstream_invalid_response' },
  blocked: { ...uncounted, rests: 'provider 10 min', status: 502, word: 'upstream_blocked' },
  truncated: { ...counted, tries: 1, status: 502, word: 'upstream_truncated' },
  'empty-response': { health: 'half', next: true, tries: 2, status: 502, word: 'upstream_empty_response' },
};

/** The policy of a code that a row expects. Throws if the table has no row for it: then this table is to be completed. */
export function policyOf(code: ChatErrorCode): Policy {
  const policy = policies[code];
  if (policy === undefined) throw new RangeError(`policy.ts has no row for ${code}`);
  return policy;
}
