import type { Strategy } from './rank.ts';

/** As the targets stand: the first one gets everything that it can take. */
export const ordered: Strategy = ({ targets, places }) =>
  targets.slice(0, places).map((target, place) => ({
    target,
    score: place,
    terms: {},
    reason: 'in the order of the configuration',
  }));
