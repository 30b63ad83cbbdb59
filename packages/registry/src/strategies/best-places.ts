import type { Ranked } from './rank.ts';

/**
 * Puts a target where it belongs among the best so far, by `before`, and keeps no more than `places`. Few places are asked for
 * and many targets looked at, so this is cheaper than sorting them all.
 */
export function keepBest(
  best: Ranked[],
  places: number,
  next: Ranked,
  before: (a: Ranked, b: Ranked) => boolean,
): void {
  let at = best.length;
  while (at > 0 && before(next, best[at - 1] as Ranked)) at -= 1;
  if (at >= places) return;
  best.splice(at, 0, next);
  if (best.length > places) best.pop();
}
