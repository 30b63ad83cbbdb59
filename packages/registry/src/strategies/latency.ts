import type { RankTarget, Strategy } from './rank.ts';
import { byTwoChoices } from './two-choices.ts';

/**
 * The one whose next first token is expected sooner, of two drawn at random: peak-EWMA of the time to first token, times the
 * calls that already wait there (as Finagle's "peak EWMA" balancer weighs them). Answers that have begun don't count: nobody waits
 * behind them, or if somebody does, it shows in the wait. One that was never tried goes first.
 */
export const latency: Strategy = (input) => {
  const { nowMs } = input;
  return byTwoChoices(
    input,
    (target) => {
      const firstTokenMs = target.firstTokenMs(nowMs);
      return {
        score: firstTokenMs * (target.awaiting + 1),
        terms: { firstTokenMs, awaiting: target.awaiting },
      };
    },
    (better, other) => {
      const own = `first token in about ${rounded(better, nowMs)} ms, ${better.awaiting} waiting`;
      return other ? `${own}; ${other.id}: ${rounded(other, nowMs)} ms, ${other.awaiting}` : own;
    },
  );
};

function rounded(target: RankTarget, nowMs: number): number {
  return Math.round(target.firstTokenMs(nowMs));
}
