import type { Ranked, RankTarget, Strategy } from './rank.ts';

/**
 * At random, in proportion to the weights. The order of all places is drawn at once by one number a target (Efraimidis and
 * Spirakis 2006: the smallest -ln(u)/w first). Weight 0 comes last.
 */
export const weighted: Strategy = ({ targets, places, random }) => {
  const best: Ranked[] = [];
  for (const target of targets) {
    const score = target.weight > 0 ? -Math.log(1 - random()) / target.weight : Number.POSITIVE_INFINITY;
    insertBest(best, places, target, score);
  }
  return best;
};

/** Keeps the `places` smallest, sorted: cheap while few places are asked for. */
function insertBest(best: Ranked[], places: number, target: RankTarget, score: number): void {
  if (best.length === places && score >= (best[places - 1] as Ranked).score) return;
  let at = best.length;
  while (at > 0 && (best[at - 1] as Ranked).score > score) at -= 1;
  best.splice(at, 0, {
    target,
    score,
    terms: { weight: target.weight },
    reason: `drawn with weight ${target.weight}`,
  });
  if (best.length > places) best.pop();
}
