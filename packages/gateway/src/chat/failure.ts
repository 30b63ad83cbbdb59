import { asChatError, bounded, type ChatErrorCode, errorPolicies, redact } from '@sluice/core';
import { Refusal, type RefusalCode } from './refusal.ts';

/** Every way in which a request can end badly: what the door refuses, and what core's error table knows. */
export type FailureCode = ChatErrorCode | RefusalCode;

/** A failure as any client wire can write it: bounded, without credentials. */
export interface Failure {
  readonly code: FailureCode;
  /** The HTTP status, where there still is one to send. */
  readonly status: number;
  readonly message: string;
  /** The request field that it is about, in the wire's own words. */
  readonly param?: string;
  /** When to come again, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly headers?: { readonly [name: string]: string };
}

/** The longest message that a client gets, in UTF-16 units. */
const longestMessage = 2_000;

/** Codes that pass by themselves: a client is told when to come again, also where nobody upstream said it. In milliseconds. */
const usualWaitMs: { readonly [Code in FailureCode]?: number } = {
  'rate-limited': 5_000,
  saturated: 1_000,
  overloaded: 2_000,
};

/** Reads whatever was thrown. What is not ours is `internal`, and its words stay in the log. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Refusal) return thrown;
  const {
    code,
    message,
    retryAfterMs = usualWaitMs[code],
  } = asChatError(thrown, { provider: 'the gateway' });
  return {
    code,
    status: errorPolicies[code].httpStatus,
    message:
      code === 'internal' ? 'an unexpected error in the gateway' : bounded(redact(message), longestMessage),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/**
 * The headers that go with a failure. `Retry-After` has whole seconds (RFC 9110, section 10.2.3); OpenAI's clients read the
 * exact time from `retry-after-ms`.
 */
export function failureHeaders({ retryAfterMs, headers }: Failure): { readonly [name: string]: string } {
  if (retryAfterMs === undefined) return headers ?? {};
  return {
    ...headers,
    'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))),
    'retry-after-ms': String(Math.max(1, Math.ceil(retryAfterMs))),
  };
}
