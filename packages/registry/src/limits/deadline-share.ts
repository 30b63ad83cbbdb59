/** What is left of a call before an attempt. */
export interface DeadlineLeft {
  /** Until the call's deadline, in milliseconds; `Infinity` without one. */
  readonly leftMs: number;
  /** Attempts that can still be made, this one included: the smaller of the targets left and what `maxAttempts` leaves. */
  readonly attemptsLeft: number;
  /** Less than this is no fair chance for a first token, in milliseconds. Default 1 s. */
  readonly leastMs?: number;
}

/**
 * How long an attempt may go without a first token before the next target gets its chance, in milliseconds.
 *
 * The rule: of `n` attempts left, this one gets `2 / (n + 1)` of the time, so the first of three gets half, the second two
 * thirds of the rest, and the last all of it: the better a target was ranked, the more it is given. Nobody gets less than
 * `leastMs` while there is as much: two fair chances are better than three hopeless ones. It bounds the time to the first token
 * only: an answer that has begun has all that is left.
 */
export function deadlineShareMs({ leftMs, attemptsLeft, leastMs = 1_000 }: DeadlineLeft): number {
  if (leftMs <= 0) return 0;
  if (attemptsLeft <= 1) return leftMs;
  return Math.min(leftMs, Math.max(leastMs, (leftMs * 2) / (attemptsLeft + 1)));
}
