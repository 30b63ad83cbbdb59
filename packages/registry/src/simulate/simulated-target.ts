import type { ChatErrorCode } from '@sluice/core';
import type { TargetSettings } from '../target-settings.ts';
import { checkDistribution, type Distribution } from './distribution.ts';
import { checkPeriod, type Incident } from './incidents.ts';
import type { UpstreamRateLimitConfig } from './upstream-rate-limit.ts';

/** How much an upstream does at the same time, and what happens to more. */
export interface Capacity {
  readonly concurrent: number;
  /**
   * `queue`: further calls wait for their turn. `slow`: all are taken, and each new one takes longer in proportion to how many
   * there are. `refuse`: 503.
   */
  readonly beyond: 'queue' | 'slow' | 'refuse';
  /** With `queue`, the most that wait; more are refused with 503. Default 1,000. */
  readonly maxQueued?: number;
}

/** A failure that befalls a share of the calls. */
export interface SimulatedFailure {
  readonly code: ChatErrorCode;
  /** Chance of it, 0 to 1. */
  readonly share: number;
  /** `before` the answer begins, or `after`, at any place of it. Default `before`. */
  readonly when?: 'before' | 'after';
  /** How long a failure before the answer takes, in milliseconds. Default 50. */
  readonly afterMs?: Distribution;
}

/** An upstream that does not exist: one target, whose id is that of its provider. The registry's settings for it stand beside. */
export interface SimulatedTarget extends TargetSettings {
  readonly id: string;
  /** From the moment at which its turn begins to the first token, in milliseconds. Default: lognormal, median 400, sigma 0.5. */
  readonly firstTokenMs?: Distribution;
  /** Default 50. */
  readonly tokensPerSecond?: Distribution;
  /** Length of an answer; cut at the request's `maxOutputTokens`. Default: lognormal, median 150, sigma 0.8. */
  readonly answerTokens?: Distribution;
  /** Default: no end. */
  readonly capacity?: Capacity;
  readonly failures?: readonly SimulatedFailure[];
  readonly rateLimit?: UpstreamRateLimitConfig;
  readonly incidents?: readonly Incident[];
}

/** Those that say nothing else. */
export const usualFirstTokenMs: Distribution = { kind: 'lognormal', median: 400, sigma: 0.5 };
export const usualTokensPerSecond: Distribution = 50;
export const usualAnswerTokens: Distribution = { kind: 'lognormal', median: 150, sigma: 0.8 };

/** Throws a `TypeError` that begins with `path`. */
export function checkSimulatedTarget(target: SimulatedTarget, path: string): void {
  checkDistribution(target.firstTokenMs ?? 0, `${path}.firstTokenMs`);
  checkDistribution(target.tokensPerSecond ?? 1, `${path}.tokensPerSecond`);
  checkDistribution(target.answerTokens ?? 0, `${path}.answerTokens`);
  const { capacity, rateLimit } = target;
  if (capacity && !(capacity.concurrent >= 1)) {
    throw new TypeError(`${path}.capacity.concurrent must be a number from 1`);
  }
  if (rateLimit && !(rateLimit.requests >= 0 && rateLimit.windowMs > 0)) {
    throw new TypeError(`${path}.rateLimit must have requests from 0 and a windowMs of more than 0`);
  }
  for (const [index, { share, afterMs }] of (target.failures ?? []).entries()) {
    checkShare(share, `${path}.failures[${index}].share`);
    checkDistribution(afterMs ?? 0, `${path}.failures[${index}].afterMs`);
  }
  for (const [index, incident] of (target.incidents ?? []).entries()) {
    checkPeriod(incident, `${path}.incidents[${index}]`);
    if (incident.kind === 'failing') checkShare(incident.share, `${path}.incidents[${index}].share`);
    if (incident.kind === 'slow' && !(incident.factor > 0)) {
      throw new TypeError(`${path}.incidents[${index}].factor must be more than 0`);
    }
  }
}

function checkShare(share: number, path: string): void {
  if (!(share >= 0 && share <= 1)) throw new TypeError(`${path} must be a number from 0 to 1, got ${share}`);
}
