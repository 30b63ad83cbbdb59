/** How long to wait before another try of the same target. */
export interface BackoffConfig {
  /** The most that the first wait takes, in milliseconds; doubled with each further one. Default 250 ms. */
  readonly baseMs?: number;
  /** The most that any wait takes, in milliseconds. Default 8 s. */
  readonly maxMs?: number;
}

/**
 * "Full jitter": any time from nothing to a ceiling that doubles, so that those who failed together don't come back together.
 * What the upstream asked to wait is a floor, never cut; up to `baseMs` of chance is added to it, because it told the same to
 * everybody.
 *
 * `retry` is 1 for the first repetition. Whether the wait fits the deadline is for the caller to see.
 */
export function backoffMs(
  retry: number,
  random: () => number,
  retryAfterMs = 0,
  { baseMs = 250, maxMs = 8_000 }: BackoffConfig = {},
): number {
  const chance = random();
  const jitteredMs = chance * Math.min(maxMs, baseMs * 2 ** (retry - 1));
  return retryAfterMs > 0 ? Math.max(jitteredMs, retryAfterMs + chance * baseMs) : jitteredMs;
}
