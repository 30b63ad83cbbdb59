import type { RankTarget, Strategy } from './rank.ts';
import { byTwoChoices, type Scored } from './two-choices.ts';

/** What each quality weighs against the others. */
export interface BalancedOptions {
  /** How much a failure costs: the score is divided by the success rate to this power. Default 3. */
  readonly reliability?: number;
  /** How much the expected wait counts, as a power. Default 1. */
  readonly speed?: number;
  /** How much the price counts, as a power; 0 ignores it. Default 0.25. */
  readonly price?: number;
}

/** The wait that an untried target is given the credit of, in milliseconds: short enough to be tried soon. */
const untriedMs = 1;

/** A target that fails always still has a score that can be compared. */
const leastSuccess = 0.01;

/**
 * The default: expected wait (peak-EWMA of the time to first token, times the calls that wait for one), divided by how reliable the
 * target is, with a light hand for price and for weights; the better of two drawn at random.
 */
export function balancedBy(options: BalancedOptions = {}): Strategy {
  const { reliability = 3, speed = 1, price = 0.25 } = options;
  return (input) => {
    const { nowMs } = input;
    const cheapest = cheapestPrice(input.targets);
    const score = (target: RankTarget): Scored => {
      const firstTokenMs = Math.max(untriedMs, target.firstTokenMs(nowMs));
      const successRate = Math.max(leastSuccess, target.successRate(nowMs));
      const own = target.costPerMillionTokens;
      const dearness = own === undefined || cheapest === undefined ? 1 : (own + 1) / (cheapest + 1);
      return {
        score:
          (firstTokenMs ** speed * (target.awaiting + 1) * dearness ** price) /
          (successRate ** reliability * Math.max(target.weight, Number.EPSILON)),
        terms: { firstTokenMs, successRate, awaiting: target.awaiting, dearness, weight: target.weight },
      };
    };
    return byTwoChoices(input, score, (better, other) => {
      const own = describe(better, nowMs);
      return other ? `${own}; better than ${other.id} (${describe(other, nowMs)})` : own;
    });
  };
}

/** `balancedBy` with its defaults. */
export const balanced: Strategy = balancedBy();

function cheapestPrice(targets: readonly RankTarget[]): number | undefined {
  let cheapest: number | undefined;
  for (const { costPerMillionTokens: own } of targets) {
    if (own !== undefined && (cheapest === undefined || own < cheapest)) cheapest = own;
  }
  return cheapest;
}

function describe(target: RankTarget, nowMs: number): string {
  const firstTokenMs = target.firstTokenMs(nowMs);
  const wait = firstTokenMs === 0 ? 'untried' : `first token in about ${Math.round(firstTokenMs)} ms`;
  return `${wait}, ${Math.round(target.successRate(nowMs) * 100)} % good, ${target.awaiting} waiting`;
}
