import type { RankTarget, Strategy } from './rank.ts';
import { byTwoChoices } from './two-choices.ts';

/**
 * The one whose next first token is expected sooner, of two drawn at random: peak-EWMA of the time to first token, times the
 * calls that already wait there (as Finagle's "peak EWMA" balancer weighs them). One that was never tried goes first.
 */
export const latency: Strategy = (input) => {
  const { nowMs } = input;
  return byTwoChoices(
    input,
    (target) => {
      const firstTokenMs = target.firstTokenMs(nowMs);
      return {
        score: firstTokenMs * (target.inFlight + 1),
        terms: { firstTokenMs, inFlight: target.inFlight },
      };
    },
    (better, other) => {
      const own = `first token in about ${rounded(better, nowMs)} ms, ${better.inFlight} in flight`;
      return other ? `${own}; ${other.id}: ${rounded(other, nowMs)} ms, ${other.inFlight}` : own;
    },
  );
};

function rounded(target: RankTarget, nowMs: number): number {
  return Math.round(target.firstTokenMs(nowMs));
}
