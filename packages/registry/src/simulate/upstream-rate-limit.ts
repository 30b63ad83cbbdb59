/** How many requests an upstream takes, before it answers 429. */
export interface UpstreamRateLimitConfig {
  readonly requests: number;
  /** Counted from the first request of a window, in milliseconds. */
  readonly windowMs: number;
  /** Whether the 429 has a `Retry-After`: the rest of the window, in whole seconds. Default `true`. */
  readonly saysWhen?: boolean;
}

/** The refusal of a call. */
export interface RateLimitRefusal {
  readonly retryAfterMs?: number;
}

/** The upstream's side of a rate limit: windows one after the other, refused requests don't count. */
export interface UpstreamRateLimit {
  /** Counts a request; answers a refusal if it is one too many. */
  refuses(nowMs: number): RateLimitRefusal | undefined;
}

/** A limit whose first window begins with the first request. */
export function createUpstreamRateLimit(config: UpstreamRateLimitConfig): UpstreamRateLimit {
  const { requests, windowMs, saysWhen = true } = config;
  let endsAt = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return {
    refuses(nowMs) {
      if (nowMs >= endsAt) {
        endsAt = nowMs + windowMs;
        taken = 0;
      }
      taken += 1;
      if (taken <= requests) return undefined;
      return saysWhen ? { retryAfterMs: Math.ceil((endsAt - nowMs) / 1000) * 1000 } : {};
    },
  };
}
