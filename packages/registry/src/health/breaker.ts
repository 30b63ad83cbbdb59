import { type ChatErrorCode, errorPolicies } from '@sluice/core';
import { SlidingCounter } from '../limits/sliding-counter.ts';

/** When a breaker opens, for how long, and when it closes again. */
export interface BreakerTuning {
  /** It opens at this many failures within the window, if they are also `share` of the outcomes. Default 5. */
  readonly failures: number;
  /** Default 0.5. */
  readonly share: number;
  /** How far back failures count, in milliseconds. Default 30 s. */
  readonly windowMs: number;
  /** It also opens at this many failures in a row. Default 5. */
  readonly inARow: number;
  /** How long it stays open the first time, in milliseconds; doubled each time a probe fails. Default 10 s. */
  readonly openMs: number;
  /** The longest that it stays open, in milliseconds. Default 5 min. */
  readonly maxOpenMs: number;
  /** How much of an open period chance may take off, 0 to 1, so that many breakers don't probe at once. Default 0.2. */
  readonly jitter: number;
  /** Probes that must end well, one after the other, before it closes. Default 2. */
  readonly goodProbes: number;
}

export const defaultBreakerTuning: BreakerTuning = {
  failures: 5,
  share: 0.5,
  windowMs: 30_000,
  inARow: 5,
  openMs: 10_000,
  maxOpenMs: 300_000,
  jitter: 0.2,
  goodProbes: 2,
};

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

class TargetBreaker implements Breaker {
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

class Pass implements BreakerPass {
  readonly #breaker: TargetBreaker;
  readonly probe: boolean;
  readonly era: number;
  #given = false;
  #begunAtMs: number | undefined;

  constructor(breaker: TargetBreaker, probe: boolean) {
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

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
