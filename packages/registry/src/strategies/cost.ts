import { keepBest } from './best-places.ts';
import type { Ranked, RankTarget, Strategy } from './rank.ts';

/**
 * The cheapest first; of equals the less busy. A target whose price is not configured comes after those with one: an unknown
 * price is not a low one.
 */
export const cost: Strategy = ({ targets, places }) => {
  const best: Ranked[] = [];
  for (const target of targets) {
    const worst = best.length === places ? best[places - 1] : undefined;
    if (worst && !isCheaper(target, worst.target)) continue;
    keepBest(best, places, ranked(target), (a, b) => isCheaper(a.target, b.target));
  }
  return best;
};

function isCheaper(one: RankTarget, other: RankTarget): boolean {
  const own = one.costPerMillionTokens ?? Number.POSITIVE_INFINITY;
  const its = other.costPerMillionTokens ?? Number.POSITIVE_INFINITY;
  return own < its || (own === its && one.inFlight < other.inFlight);
}

function ranked(target: RankTarget): Ranked {
  const price = target.costPerMillionTokens;
  return {
    target,
    score: price ?? Number.POSITIVE_INFINITY,
    terms: { inFlight: target.inFlight, ...(price === undefined ? {} : { costPerMillionTokens: price }) },
    reason: price === undefined ? 'no price configured' : `${price} per million tokens`,
  };
}
