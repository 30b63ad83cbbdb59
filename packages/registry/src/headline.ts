import type { ChatError, ChatErrorCode } from '@sluice/core';

/**
 * How much a failure tells the caller when several targets failed; the greatest stands for all.
 *
 * What ended the attempts comes first. Then what may pass: a caller told of it knows that trying again can help, even
 * though another target failed for good. Then what an operator can mend; then what says only that nothing came. What is a
 * matter between the request and one target comes last, for it is the whole truth only if every target says so.
 */
const weights: { readonly [Code in ChatErrorCode]: number } = {
  aborted: 100,
  internal: 95,
  'deadline-exceeded': 90,
  'invalid-request': 85,
  'content-filter': 80,
  'rate-limited': 70,
  saturated: 65,
  overloaded: 60,
  'server-error': 55,
  'payment-required': 50,
  auth: 45,
  blocked: 40,
  'invalid-response': 35,
  truncated: 30,
  'empty-response': 28,
  'first-token-timeout': 25,
  'idle-timeout': 24,
  'connect-timeout': 22,
  network: 20,
  'context-length': 15,
  'model-not-found': 12,
  unsupported: 10,
  'no-target': 5,
};

/** The most informative of several failures, the earliest among equals. */
export function headlineOf(errors: readonly [ChatError, ...ChatError[]]): ChatError {
  return errors.reduce((best, error) => (weights[error.code] > weights[best.code] ? error : best));
}
