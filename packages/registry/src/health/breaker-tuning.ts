/** When a breaker opens, for how long, and when it closes again. */
export interface BreakerTuning {
  /** It opens at this many failures within the window, if they are also `share` of the outcomes. Default 5. */
  readonly failures: number;
  /** Default 0.5. */
  readonly share: number;
  /** How far back failures count, in milliseconds. Default 30 s. */
  readonly windowMs: number;
  /** It also opens at this many failures in a row. Default 5. */
  readonly inARow: number;
  /** How long it stays open the first time, in milliseconds; doubled each time a probe fails. Default 10 s. */
  readonly openMs: number;
  /** The longest that it stays open, in milliseconds. Default 5 min. */
  readonly maxOpenMs: number;
  /** How much of an open period chance may take off, 0 to 1, so that many breakers don't probe at once. Default 0.2. */
  readonly jitter: number;
  /** Probes that must end well, one after the other, before it closes. Default 2. */
  readonly goodProbes: number;
}

export const defaultBreakerTuning: BreakerTuning = {
  failures: 5,
  share: 0.5,
  windowMs: 30_000,
  inARow: 5,
  openMs: 10_000,
  maxOpenMs: 300_000,
  jitter: 0.2,
  goodProbes: 2,
};
