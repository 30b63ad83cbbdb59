import type { ChatErrorCode } from '@sluice/core';
import type { BreakerState } from '../health/breaker.ts';
import { Histogram, type Percentiles } from './histogram.ts';

/** What a target saw. Plain JSON. */
export interface TargetReport {
  readonly target: string;
  /** Upstream calls. */
  readonly calls: number;
  /** Its share of all upstream calls, 0 to 1. */
  readonly share: number;
  /** Calls that ended well. */
  readonly finished: number;
  /** Calls that failed, by code. */
  readonly failed: { readonly [Code in ChatErrorCode]?: number };
  /** Calls that the caller left: hedges that lost, mostly. */
  readonly left: number;
  /** From the call to its answer's beginning, in milliseconds. */
  readonly firstTokenMs: Percentiles;
  readonly mostInFlight: number;
  readonly breaker: {
    readonly openings: number;
    /** Calls that were made to find out whether it is back. */
    readonly probes: number;
    readonly mostProbesAtOnce: number;
  };
  /** How its `Retry-After` was kept; only where it answered with one. */
  readonly retryAfter?: {
    /** Calls that came before the time was over. */
    readonly early: number;
    /** How long after it the next call came at the latest, in milliseconds. */
    readonly latestReturnMs: number;
  };
}

/** Counts what one target sees. */
export class TargetRecord {
  readonly id: string;
  readonly #onCall: (atMs: number) => void;
  readonly #firstToken = new Histogram();
  readonly #failed: { [Code in ChatErrorCode]?: number } = {};
  calls = 0;
  #finished = 0;
  #left = 0;
  #inFlight = 0;
  #mostInFlight = 0;
  #breaker: BreakerState = 'closed';
  #openings = 0;
  #probes = 0;
  #probesNow = 0;
  #mostProbesAtOnce = 0;
  #waitUntilMs: number | undefined;
  #isLimited = false;
  #early = 0;
  #latestReturnMs = 0;

  constructor(id: string, onCall: (atMs: number) => void) {
    this.id = id;
    this.#onCall = onCall;
  }

  /** Answers whether the call is a probe. */
  called(nowMs: number): boolean {
    this.#onCall(nowMs);
    this.calls += 1;
    this.#inFlight += 1;
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#inFlight);
    this.#keptWaiting(nowMs);
    if (this.#breaker !== 'half-open') return false;
    this.#probes += 1;
    this.#probesNow += 1;
    this.#mostProbesAtOnce = Math.max(this.#mostProbesAtOnce, this.#probesNow);
    return true;
  }

  answered(firstTokenMs: number): void {
    this.#firstToken.record(firstTokenMs);
  }

  failed(code: ChatErrorCode, retryAfterMs: number | undefined, nowMs: number): void {
    this.#failed[code] = (this.#failed[code] ?? 0) + 1;
    if (retryAfterMs === undefined) return;
    this.#isLimited = true;
    this.#waitUntilMs = Math.max(this.#waitUntilMs ?? 0, nowMs + retryAfterMs);
  }

  ended(how: 'finished' | 'failed' | 'left', isProbe: boolean): void {
    this.#inFlight -= 1;
    if (isProbe) this.#probesNow -= 1;
    if (how === 'finished') this.#finished += 1;
    if (how === 'left') this.#left += 1;
  }

  breakerChanged(to: BreakerState): void {
    this.#breaker = to;
    if (to === 'open') this.#openings += 1;
  }

  report(allCalls: number): TargetReport {
    return {
      target: this.id,
      calls: this.calls,
      share: allCalls === 0 ? 0 : Math.round((this.calls / allCalls) * 1e4) / 1e4,
      finished: this.#finished,
      failed: { ...this.#failed },
      left: this.#left,
      firstTokenMs: this.#firstToken.percentiles(),
      mostInFlight: this.#mostInFlight,
      breaker: {
        openings: this.#openings,
        probes: this.#probes,
        mostProbesAtOnce: this.#mostProbesAtOnce,
      },
      ...(this.#isLimited
        ? { retryAfter: { early: this.#early, latestReturnMs: Math.round(this.#latestReturnMs * 10) / 10 } }
        : {}),
    };
  }

  #keptWaiting(nowMs: number): void {
    if (this.#waitUntilMs === undefined) return;
    if (nowMs < this.#waitUntilMs) {
      this.#early += 1;
      return;
    }
    this.#latestReturnMs = Math.max(this.#latestReturnMs, nowMs - this.#waitUntilMs);
    this.#waitUntilMs = undefined;
  }
}
