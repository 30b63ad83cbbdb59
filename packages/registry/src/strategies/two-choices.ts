import { DrawPool, drawBelow } from './draw.ts';
import type { Ranked, RankInput, RankTarget } from './rank.ts';

/** What a target costs by some measure (lower is better), and what the measure is made of. */
export interface Scored {
  readonly score: number;
  readonly terms: { readonly [name: string]: number };
}

/**
 * The power of two choices: for each place two targets are drawn at random, and the better one gets it. Nearly as good as
 * always taking the best, without the herd that follows when everybody sees the same best target (Mitzenmacher 2001); and it
 * looks at two targets a place, however many there are.
 */
export function byTwoChoices(
  { targets, places, random }: RankInput,
  score: (target: RankTarget) => Scored,
  reason: (better: RankTarget, other: RankTarget | undefined) => string,
): Ranked[] {
  const pool = new DrawPool(targets.length);
  const ranked: Ranked[] = [];
  while (pool.left > 0 && ranked.length < places) {
    const first = drawBelow(pool.left, random);
    let second = first;
    if (pool.left > 1) {
      second = drawBelow(pool.left - 1, random);
      if (second >= first) second += 1;
    }
    const one = targets[pool.at(first)] as RankTarget;
    const two = targets[pool.at(second)] as RankTarget;
    const scoreOne = score(one);
    const scoreTwo = second === first ? scoreOne : score(two);
    const firstWins = scoreOne.score <= scoreTwo.score;
    const winner = firstWins ? one : two;
    const loser = second === first ? undefined : firstWins ? two : one;
    pool.take(firstWins ? first : second);
    const scored = firstWins ? scoreOne : scoreTwo;
    ranked.push({
      target: winner,
      score: scored.score,
      terms: scored.terms,
      reason: reason(winner, loser),
    });
  }
  return ranked;
}
