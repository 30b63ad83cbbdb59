import type { Ranked, RankTarget, Strategy } from './rank.ts';

/** Each in turn, by the number of requests before this one. */
export const roundRobin: Strategy = ({ targets, places, sequence }) => {
  const ranked: Ranked[] = [];
  for (let place = 0; place < Math.min(places, targets.length); place += 1) {
    const target = targets[(sequence + place) % targets.length] as RankTarget;
    ranked.push({ target, score: place, terms: {}, reason: place === 0 ? 'its turn' : 'next in turn' });
  }
  return ranked;
};
