import { type ChatErrorCode, errorPolicies } from '@sluice/core';
import type { BreakerTuning } from './breaker-tuning.ts';

/**
 * The leave to make one attempt. It is given back once, by whichever call comes first; what comes after changes nothing. A
 * probe keeps its target shut until it is given back, or its answer has gone on for `windowMs`: answers may take minutes, and one
 * that has lasted so long without a failure is a good one.
 */
export interface BreakerPass {
  /** It is the one attempt by which a half-open breaker finds out. */
  readonly probe: boolean;
  /**
   * The answer has begun. It counts as good from here on, unless it fails later: answers take seconds and failures do not, so that
   * whoever counts ends alone sees the failures first, and a busy target that fails now and then looks dead.
   */
  commit(nowMs: number): void;
  /** The answer ended well. */
  succeed(nowMs: number): void;
  /** It failed. `weight` (default: the code's in the error table) is how much it counts; with 0 it is as if abandoned. */
  fail(nowMs: number, code: ChatErrorCode, random: () => number, weight?: number): void;
  /** It ended without telling anything: never begun, aborted by the caller, lost a hedge. */
  abandon(): void;
}

/** What a pass tells its breaker. */
export interface PassOffice {
  /** Counts openings and closings; a pass of another era is stale. */
  readonly era: number;
  /** Takes a pass back; answers whether it still has a say. */
  giveBack(pass: Pass, hadBegun: boolean): boolean;
  /** An answer has begun. */
  begun(nowMs: number): void;
  /** An answer that nobody heard begin has ended well. */
  answered(nowMs: number): void;
  failed(nowMs: number, code: ChatErrorCode, weight: number, random: () => number, hadBegun: boolean): void;
  probeSucceeded(nowMs: number): void;
  probeFailed(nowMs: number, code: ChatErrorCode, random: () => number): void;
}

/** One attempt's say in the breaker that let it through. */
export class Pass implements BreakerPass {
  readonly #breaker: PassOffice;
  readonly probe: boolean;
  readonly era: number;
  #given = false;
  #begunAtMs: number | undefined;

  constructor(breaker: PassOffice, probe: boolean) {
    this.#breaker = breaker;
    this.probe = probe;
    this.era = breaker.era;
  }

  get #hasBegun(): boolean {
    return this.#begunAtMs !== undefined;
  }

  /** Its answer has lasted so long that whoever waits for its end need not wait any more. */
  isProven(nowMs: number, { windowMs }: BreakerTuning): boolean {
    return this.#begunAtMs !== undefined && nowMs - this.#begunAtMs >= windowMs;
  }

  commit(nowMs: number): void {
    if (this.#given || this.#hasBegun) return;
    this.#begunAtMs = nowMs;
    // A probe has to end well, too.
    if (!this.probe && this.era === this.#breaker.era) this.#breaker.begun(nowMs);
  }

  succeed(nowMs: number): void {
    if (!this.#giveBack()) return;
    if (this.probe) this.#breaker.probeSucceeded(nowMs);
    else if (!this.#hasBegun) this.#breaker.answered(nowMs);
  }

  fail(
    nowMs: number,
    code: ChatErrorCode,
    random: () => number,
    weight: number = errorPolicies[code].breakerWeight,
  ): void {
    if (!this.#giveBack() || !(weight > 0)) return;
    if (this.probe) this.#breaker.probeFailed(nowMs, code, random);
    else this.#breaker.failed(nowMs, code, weight, random, this.#hasBegun);
  }

  abandon(): void {
    this.#giveBack();
  }

  /** Answers whether the outcome still counts. */
  #giveBack(): boolean {
    if (this.#given) return false;
    this.#given = true;
    return this.#breaker.giveBack(this, this.#hasBegun);
  }
}
