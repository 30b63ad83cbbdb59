import { keepBest } from './best-places.ts';
import type { Ranked, Strategy } from './rank.ts';

/**
 * At random, in proportion to the weights. The order of all places is drawn at once by one number a target (Efraimidis and
 * Spirakis 2006: the smallest -ln(u)/w first). Weight 0 comes last.
 */
export const weighted: Strategy = ({ targets, places, random }) => {
  const best: Ranked[] = [];
  for (const target of targets) {
    const { weight } = target;
    const score = weight > 0 ? -Math.log(1 - random()) / weight : Number.POSITIVE_INFINITY;
    const worst = best.length === places ? best[places - 1] : undefined;
    if (worst && score >= worst.score) continue;
    const place: Ranked = { target, score, terms: { weight }, reason: `drawn with weight ${weight}` };
    keepBest(best, places, place, (a, b) => a.score < b.score);
  }
  return best;
};
