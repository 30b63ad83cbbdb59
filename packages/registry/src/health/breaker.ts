import type { ChatErrorCode } from '@sluice/core';
import { SlidingCounter } from '../limits/sliding-counter.ts';
import { type BreakerPass, Pass, type PassOffice } from './breaker-pass.ts';
import { type BreakerTuning, defaultBreakerTuning } from './breaker-tuning.ts';

/** `closed`: attempts pass. `open`: none does. `half-open`: one at a time does, as a probe. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** A step of a breaker from one state to another. */
export interface BreakerChange {
  /** Whose breaker: the target's id. */
  readonly key: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly atMs: number;
  /** For people. */
  readonly reason: string;
  /** When it lets a probe through; only with `to: 'open'`. */
  readonly untilMs?: number;
  /** How often the open period was doubled; only with `to: 'open'`. */
  readonly doublings?: number;
  /** It follows another process and is no news to the state store. */
  readonly remote: boolean;
}

/** An opening that another process reports, on our clock. */
export interface RemoteOpening {
  readonly untilMs: number;
  readonly doublings: number;
  readonly reason: string;
}

/** Shuts a failing target off for a while, and finds out with single probes when it is back. */
export interface Breaker {
  readonly key: string;
  /** When it last closed; `-Infinity` if it never was open. For strategies that raise the load of a target that came back step by step. */
  readonly closedAtMs: number;
  /** When an attempt can pass again: 0 while it is closed. A probe under way may keep it shut for longer. */
  readonly untilMs: number;
  state(nowMs: number): BreakerState;
  /** Whether an attempt would pass. Changes nothing. */
  allows(nowMs: number): boolean;
  /** Why no attempt passes, for people; nothing if one does. */
  refusal(nowMs: number): string | undefined;
  /** Takes a pass; nothing if no attempt passes. */
  enter(nowMs: number): BreakerPass | undefined;
  /** Opens it, or keeps it open for longer, because another process saw the target fail. Never shortens. */
  adopt(opening: RemoteOpening, nowMs: number): void;
}

/** One for all breakers of a registry. */
export interface BreakerSettings {
  readonly tuning?: BreakerTuning;
  /** Told each change of state as it happens. Must not throw. */
  readonly onChange?: (change: BreakerChange) => void;
}

/**
 * A breaker for one target. Time brings it from open to half-open; only outcomes bring it anywhere else. Outcomes of attempts
 * that began before it last opened or closed don't count: they are about a state that is gone.
 */
export function createBreaker(key: string, settings: BreakerSettings = {}): Breaker {
  return new TargetBreaker(key, settings);
}

/** 2 to this power times any open period is more than the longest. */
const mostDoublings = 30;

/** How long a run of failures has to last while most attempts are still undecided, in milliseconds. */
const longRunMs = 1_000;

/** The window is counted in this many parts: it is at most that much of itself too short. */
const windowParts = 10;

class TargetBreaker implements Breaker, PassOffice {
  readonly key: string;
  readonly #settings: BreakerSettings;
  readonly #tuning: BreakerTuning;
  #phase: BreakerState = 'closed';
  /** Counts openings and closings; a pass of another era is stale. */
  era = 0;
  untilMs = 0;
  closedAtMs = Number.NEGATIVE_INFINITY;
  #doublings = 0;
  #reason = '';
  #probe: Pass | undefined;
  #goodProbes = 0;
  #inARow = 0;
  /** When the first failure of the run happened. */
  #runSinceMs = 0;
  /** Attempts of this era whose answer has neither begun nor failed. */
  #undecided = 0;
  // Most targets never fail; they pay for a window only once something ended there.
  #failures: SlidingCounter | undefined;
  #outcomes: SlidingCounter | undefined;

  constructor(key: string, settings: BreakerSettings) {
    this.key = key;
    this.#settings = settings;
    this.#tuning = settings.tuning ?? defaultBreakerTuning;
  }

  state(nowMs: number): BreakerState {
    return this.#phase === 'open' && nowMs >= this.untilMs ? 'half-open' : this.#phase;
  }

  allows(nowMs: number): boolean {
    if (this.#phase === 'closed') return true;
    return nowMs >= this.untilMs && (this.#probe === undefined || this.#probe.isProven(nowMs, this.#tuning));
  }

  refusal(nowMs: number): string | undefined {
    if (this.allows(nowMs)) return undefined;
    const what = this.state(nowMs);
    return what === 'open'
      ? `breaker open for ${seconds(this.untilMs - nowMs)} more: ${this.#reason}`
      : `breaker half-open, its one probe is under way: ${this.#reason}`;
  }

  enter(nowMs: number): BreakerPass | undefined {
    if (this.#phase === 'closed') {
      this.#undecided += 1;
      return new Pass(this, false);
    }
    if (!this.allows(nowMs)) return undefined;
    if (this.#probe) {
      this.#probe.succeed(nowMs);
      return this.enter(nowMs);
    }
    if (this.#phase === 'open') {
      this.#goodProbes = 0;
      this.#change('half-open', nowMs, 'the open period is over', false);
    }
    this.#probe = new Pass(this, true);
    return this.#probe;
  }

  adopt({ untilMs, doublings, reason }: RemoteOpening, nowMs: number): void {
    const until = Math.min(untilMs, nowMs + this.#tuning.maxOpenMs);
    if (!(until > nowMs && until > this.untilMs)) return;
    this.#doublings = Math.max(this.#doublings, Math.min(doublings, mostDoublings));
    this.#open(until, nowMs, reason, true);
  }

  /** Takes a pass back; answers whether it still has a say. */
  giveBack(pass: Pass, hadBegun: boolean): boolean {
    if (this.#probe === pass) this.#probe = undefined;
    if (pass.era !== this.era) return false;
    if (!pass.probe && !hadBegun) this.#undecided -= 1;
    return true;
  }

  begun(nowMs: number): void {
    this.#undecided -= 1;
    this.answered(nowMs);
  }

  answered(nowMs: number): void {
    this.#inARow = 0;
    this.#countOutcome(nowMs);
  }

  probeSucceeded(nowMs: number): void {
    this.#goodProbes += 1;
    if (this.#goodProbes < this.#tuning.goodProbes) return;
    this.era += 1;
    this.#undecided = 0;
    this.untilMs = 0;
    this.closedAtMs = nowMs;
    this.#inARow = 0;
    this.#failures = undefined;
    this.#outcomes = undefined;
    this.#change('closed', nowMs, `${this.#goodProbes} probes in a row ended well`, false);
  }

  probeFailed(nowMs: number, code: ChatErrorCode, random: () => number): void {
    this.#doublings = Math.min(this.#doublings + 1, mostDoublings);
    this.#openAnew(nowMs, `a probe failed (${code})`, random);
  }

  /** An attempt whose answer had begun is among the outcomes already. */
  failed(nowMs: number, code: ChatErrorCode, weight: number, random: () => number, hadBegun: boolean): void {
    if (this.#inARow === 0) this.#runSinceMs = nowMs;
    this.#inARow += weight;
    if (!hadBegun) this.#countOutcome(nowMs);
    this.#failures ??= new SlidingCounter(this.#tuning.windowMs / windowParts, windowParts);
    this.#failures.add(nowMs, weight);
    const why = this.#whyOpen(nowMs);
    if (why === undefined) return;
    // A target that falls over as soon as it is back is left alone for longer.
    const flaps = nowMs - this.closedAtMs < this.#tuning.windowMs;
    this.#doublings = flaps ? Math.min(this.#doublings + 1, mostDoublings) : 0;
    this.#openAnew(nowMs, `${why} (last: ${code})`, random);
  }

  /**
   * Failures are quick and answers are not: of the attempts that began together, the failures are known first. So the undecided
   * count as if they might still be good; but a run of failures that goes on while nothing else is heard is enough.
   */
  #whyOpen(nowMs: number): string | undefined {
    const { failures, share, inARow, windowMs } = this.#tuning;
    const isRun = this.#inARow >= this.#undecided || nowMs - this.#runSinceMs >= longRunMs;
    if (this.#inARow >= inARow && isRun) return `${this.#inARow} failures in a row`;
    const failed = this.#failures?.total(nowMs) ?? 0;
    const all = this.#outcomes?.total(nowMs) ?? 0;
    if (failed < failures || failed < (all + this.#undecided) * share) return undefined;
    return `${failed} of ${all} failed within ${seconds(windowMs)}`;
  }

  #countOutcome(nowMs: number): void {
    this.#outcomes ??= new SlidingCounter(this.#tuning.windowMs / windowParts, windowParts);
    this.#outcomes.add(nowMs, 1);
  }

  #openAnew(nowMs: number, reason: string, random: () => number): void {
    const { openMs, maxOpenMs, jitter } = this.#tuning;
    const periodMs = Math.min(maxOpenMs, openMs * 2 ** this.#doublings);
    this.#open(nowMs + periodMs * (1 - jitter * random()), nowMs, reason, false);
  }

  #open(untilMs: number, nowMs: number, reason: string, remote: boolean): void {
    this.era += 1;
    this.#undecided = 0;
    this.untilMs = untilMs;
    this.#reason = reason;
    this.#change('open', nowMs, reason, remote);
  }

  #change(to: BreakerState, atMs: number, reason: string, remote: boolean): void {
    const from = this.#phase;
    this.#phase = to;
    const { onChange } = this.#settings;
    if (!onChange || from === to) return;
    const opened = to === 'open' ? { untilMs: this.untilMs, doublings: this.#doublings } : {};
    onChange({ key: this.key, from, to, atMs, reason, remote, ...opened });
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
