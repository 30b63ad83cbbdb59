import type { Strategy } from './rank.ts';
import { byTwoChoices } from './two-choices.ts';

/** The one with fewer calls in flight, for its weight, of two drawn at random. */
export const leastBusy: Strategy = (input) =>
  byTwoChoices(
    input,
    (target) => ({
      score: (target.inFlight + 1) / Math.max(target.weight, Number.EPSILON),
      terms: { inFlight: target.inFlight, weight: target.weight },
    }),
    (better, other) =>
      other
        ? `${better.inFlight} in flight, ${other.id} has ${other.inFlight}`
        : `${better.inFlight} in flight`,
  );
