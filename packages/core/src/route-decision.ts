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
  /** How long the call waited before this attempt, in milliseconds: for a backoff, or in the queue of a full target. */
  readonly waitedMs?: number;
  /** Name of the credential that was used, where the target has several. */
  readonly credential?: string;
  /** Started beside another attempt that had not answered yet. One that came second has the outcome `aborted`. */
  readonly hedged?: boolean;
  /** It took up an answer that another attempt had begun: went on with it, or began again. */
  readonly resumed?: 'continue' | 'restart';
  /** What is left alone because of this failure, and for how long. */
  readonly cooled?: {
    readonly what: 'credential' | 'model' | 'target' | 'provider';
    /** In milliseconds, from the failure. */
    readonly forMs: number;
  };
}

/** One target that was considered. */
export interface RouteCandidate {
  readonly target: string;
  readonly provider: string;
  readonly model?: string;
  /** `eligible`, or why it was left out. */
  readonly verdict: 'eligible' | 'refused';
  readonly reason: string;
  /** What the strategy compared, lower is better; absent where it compares nothing. */
  readonly score?: number;
  /** What the score is made of. */
  readonly terms?: { readonly [name: string]: number };
  /** Where a refusal passes by itself: after how many milliseconds it may. */
  readonly availableInMs?: number;
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
