/**
 * What a strategy may know of a target: numbers that the registry keeps, read at the moment of ranking. A user's own strategy
 * gets the same.
 */
export interface RankTarget {
  /** `provider:model`. */
  readonly id: string;
  /** Id of the provider. */
  readonly provider: string;
  /** How much traffic it is to get compared with the others; 1 where nothing is configured, 0 takes it out of weighted choices. */
  readonly weight: number;
  /** Price in the user's own unit per million tokens; unknown where nothing is configured. */
  readonly costPerMillionTokens: number | undefined;
  /** Calls that it is serving now. */
  readonly inFlight: number;
  /** Those of them whose answer has not begun: who comes next waits behind them. */
  readonly awaiting: number;
  /** Share of recent calls that ended well, 0 to 1, old ones counting less; near 1 for a target that was never tried. */
  successRate(nowMs: number): number;
  /** Expected time to the first token in milliseconds, quick to rise and slow to fall; 0 if it was never tried. */
  firstTokenMs(nowMs: number): number;
  /** Recent speed after the first token; 0 if unknown. */
  tokensPerSecond(nowMs: number): number;
}

/** Everything that a ranking depends on: the same input gives the same ranking. */
export interface RankInput {
  /** The eligible targets in the order of the configuration. */
  readonly targets: readonly RankTarget[];
  /** How many places are needed; a strategy may give more, but need not. At least 1. */
  readonly places: number;
  /** Milliseconds of the registry's clock. */
  readonly nowMs: number;
  /** Numbers from 0 to below 1, seeded. */
  readonly random: () => number;
  /** How many requests went this way before this one: what round-robin counts by. */
  readonly sequence: number;
  /** What `sticky` keeps together: a user, a session. */
  readonly key?: string | undefined;
  /** Text of the request, in UTF-16 units, for strategies that weigh size. */
  readonly inputChars: number;
}

/** A target with its place, best first. */
export interface Ranked {
  readonly target: RankTarget;
  /** What was compared; lower is better. Its unit is the strategy's own. */
  readonly score: number;
  /** What the score is made of, for explanations. */
  readonly terms: { readonly [name: string]: number };
  /** Why it has this place, in a few words. */
  readonly reason: string;
}

/** Brings targets into the order in which they are tried. Pure and synchronous; it may leave targets out, but names none twice. */
export type Strategy = (input: RankInput) => readonly Ranked[];
