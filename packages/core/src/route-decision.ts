import type { ChatErrorCode } from './error-codes.ts';

/** One try of one target. */
export interface RouteAttempt {
  /** `provider:model`. */
  readonly target: string;
  /** `served`: it answered; a code: how it failed. */
  readonly outcome: 'served' | ChatErrorCode;
  /** One line for people; no credential, no prompt. */
  readonly message?: string;
  readonly status?: number;
  /** From the start of the attempt to its commit point or failure, in milliseconds. */
  readonly durationMs: number;
}

/** One target that was considered. */
export interface RouteCandidate {
  readonly target: string;
  readonly provider: string;
  readonly model?: string;
  /** `eligible`, or why it was left out. */
  readonly verdict: 'eligible' | 'refused';
  readonly reason: string;
}

/** Why a call went where it went. Plain JSON, bounded, without credentials and prompts. */
export interface RouteDecision {
  /** What was asked for. */
  readonly requested: string;
  readonly strategy: string;
  readonly candidates: readonly RouteCandidate[];
  /** The order in which targets are tried. */
  readonly plan: readonly string[];
  readonly attempts: readonly RouteAttempt[];
  /** The target that answered, once one did. */
  readonly target?: string;
}
