import type { Ranked, Strategy } from './rank.ts';

/**
 * The cheapest first; of equals the less busy. A target whose price is not configured comes after those with one: an unknown
 * price is not a low one.
 */
export const cost: Strategy = ({ targets, places }) => {
  const ranked: Ranked[] = targets.map((target) => {
    const price = target.costPerMillionTokens;
    return {
      target,
      score: price ?? Number.POSITIVE_INFINITY,
      terms: { inFlight: target.inFlight, ...(price === undefined ? {} : { costPerMillionTokens: price }) },
      reason: price === undefined ? 'no price configured' : `${price} per million tokens`,
    };
  });
  return ranked
    .sort((a, b) => compare(a.score, b.score) || a.target.inFlight - b.target.inFlight)
    .slice(0, places);
};

/** Infinity minus infinity is no order. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
