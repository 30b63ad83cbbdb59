/** The middle value; of an even number of values the mean of the middle two. Throws if there is none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this share of the values lies, between two of them in proportion. Throws if there is none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no values to take a quantile of');
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (place - below);
}

/** A figure over all rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/**
 * How two series compare, round by round: what one round has of noise, both of its runs have. Throws if they have not the same
 * number of rounds.
 */
export function pairwise(
  values: readonly number[],
  base: readonly number[],
  compare: (value: number, base: number) => number,
): Spread {
  if (values.length !== base.length) {
    throw new RangeError(`${values.length} rounds cannot be paired with ${base.length}`);
  }
  return spreadOf(values.map((value, round) => compare(value, base[round] as number)));
}

export function ratio(value: number, base: number): number {
  return value / base;
}

export function difference(value: number, base: number): number {
  return value - base;
}
