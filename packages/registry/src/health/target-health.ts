import { type ChatErrorCode, errorPolicies } from '@sluice/core';

/** How quickly health forgets. */
export interface HealthTuning {
  /** After this long an outcome counts half, in milliseconds. Default 30 s. */
  readonly halfLifeMs: number;
  /** The time constant in which a peak of the first-token time fades towards the usual, in milliseconds. Default 10 s. */
  readonly peakDecayMs: number;
  /** Imagined successes that an untried target starts with: 2 means that one failure makes its rate 2/3. Default 2. */
  readonly priorSuccesses: number;
  /** Imagined answers in no time, more than 0, by which an old estimate fades until the target is worth another look. Default 0.1. */
  readonly priorAnswers: number;
}

const defaultHealthTuning: HealthTuning = {
  halfLifeMs: 30_000,
  peakDecayMs: 10_000,
  priorSuccesses: 2,
  priorAnswers: 0.1,
};

/** What is known of a target's health, to be read without cost: nothing is allocated and nothing changes. */
export interface HealthView {
  /** Attempts that have begun and not ended. */
  readonly inFlight: number;
  /** Those of them that have not answered yet. */
  readonly awaiting: number;
  /** When the oldest of those began; `Infinity` if there is none. */
  readonly oldestAwaitingAtMs: number;
  /** First tokens ever seen; 0 tells an untried target from a fast one. */
  readonly answers: number;
  /** Share of the recent attempts that ended well, 0 to 1, old ones counting less; 1 for an untried target. */
  successRate(nowMs: number): number;
  /**
   * Expected time to the first token in milliseconds; 0 for an untried target. It jumps up at once and falls slowly, and is
   * never less than the wait of the oldest attempt without an answer: a target that stalls looks slow before it fails.
   */
  firstTokenMs(nowMs: number): number;
  /** Tokens per second between the first token and the end; 0 if unknown. */
  tokensPerSecond(nowMs: number): number;
}

/**
 * One attempt as health sees it. It ends once, by whichever of `succeed`, `fail`, `abort` and `loseHedge` comes first; what
 * comes after its end changes nothing.
 */
export interface HealthAttempt {
  readonly startedAtMs: number;
  /** The first token is here. `firstTokenMs` is how long it took; default: since the start of the attempt. */
  commit(nowMs: number, firstTokenMs?: number): void;
  /** The answer ended well. `outputTokens`, counted or estimated, make the speed; leave them out if unknown. */
  succeed(nowMs: number, outputTokens?: number): void;
  /** It failed. `weight` (default: the code's in the error table) is how much it counts; 0 is nobody's fault and counts nothing. */
  fail(nowMs: number, code: ChatErrorCode, weight?: number): void;
  /** The caller left. Changes no estimate, ever. */
  abort(): void;
  /** Another attempt of the same request won. No failure; but that the first token took at least this long is known now. */
  loseHedge(nowMs: number): void;
}

/** The health of one target: a dozen numbers. */
export interface TargetHealth extends HealthView {
  begin(nowMs: number): HealthAttempt;
}

/**
 * Starts with an optimistic view: an untried target looks good and quick, so that it is tried.
 *
 * All sums are of one kind: each attempt adds to a numerator and a denominator, both halve every `halfLifeMs`, and a small
 * constant prior takes over as evidence fades. That suits irregular traffic: what counts is how old evidence is, not how many
 * calls came since.
 *
 * The first-token time follows Finagle's and linkerd's "peak EWMA": the estimate is the usual time plus a peak; a slower answer
 * lifts the peak at once, silence and quicker answers let it fade. Finagle lets the whole estimate fade within that time, which
 * makes every idle target look infinitely quick: right for thousands of calls a second, wrong for one a minute. Here the usual
 * time fades with the evidence for it, over minutes: one answer is halved after 100 s, many answers later.
 */
export function createTargetHealth(tuning: HealthTuning = defaultHealthTuning): TargetHealth {
  return new Health(tuning);
}

class Health implements TargetHealth {
  readonly #tuning: HealthTuning;
  inFlight = 0;
  awaiting = 0;
  answers = 0;
  #oldest: Attempt | undefined;
  #newest: Attempt | undefined;
  /** The sums below are as of this moment. */
  #atMs = Number.NEGATIVE_INFINITY;
  #good = 0;
  #bad = 0;
  #firstTokens = 0;
  #firstTokenSumMs = 0;
  /** What the last peak adds to the usual first-token time. */
  #peakMs = 0;
  #tokens = 0;
  #streamedMs = 0;
  // A plan reads several figures of many targets at one moment; an exponential costs as much as the rest of a reading.
  #keptForMs = 0;
  #keptShare = 1;
  #fadedForMs = 0;
  #fadedShare = 1;

  constructor(tuning: HealthTuning) {
    this.#tuning = tuning;
  }

  get oldestAwaitingAtMs(): number {
    return this.#oldest === undefined ? Number.POSITIVE_INFINITY : this.#oldest.startedAtMs;
  }

  successRate(nowMs: number): number {
    const keep = this.#kept(nowMs);
    const prior = this.#tuning.priorSuccesses;
    return (this.#good * keep + prior) / ((this.#good + this.#bad) * keep + prior);
  }

  firstTokenMs(nowMs: number): number {
    const estimateMs = this.#estimateMs(nowMs);
    return Math.max(estimateMs, nowMs - this.oldestAwaitingAtMs);
  }

  tokensPerSecond(_nowMs: number): number {
    return this.#streamedMs > 0 ? (this.#tokens / this.#streamedMs) * 1000 : 0;
  }

  begin(nowMs: number): HealthAttempt {
    const attempt = new Attempt(this, nowMs);
    this.inFlight += 1;
    this.awaiting += 1;
    attempt.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = attempt;
    else this.#newest.newer = attempt;
    this.#newest = attempt;
    return attempt;
  }

  /** The attempt no longer waits for its first token. */
  answered(attempt: Attempt): void {
    const { older, newer } = attempt;
    this.awaiting -= 1;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    // Else whoever holds one old attempt would hold all that came after it.
    attempt.older = undefined;
    attempt.newer = undefined;
  }

  observe(nowMs: number, firstTokenMs: number): void {
    this.#advance(nowMs);
    this.answers += 1;
    this.#firstTokens += 1;
    this.#firstTokenSumMs += firstTokenMs;
    this.#liftTo(firstTokenMs);
  }

  observeAtLeast(nowMs: number, waitedMs: number): void {
    this.#advance(nowMs);
    this.#liftTo(waitedMs);
  }

  count(nowMs: number, good: number, bad: number): void {
    this.#advance(nowMs);
    this.#good += good;
    this.#bad += bad;
  }

  streamed(tokens: number, durationMs: number): void {
    this.#tokens += tokens;
    this.#streamedMs += durationMs;
  }

  #kept(nowMs: number): number {
    const elapsedMs = nowMs - this.#atMs;
    if (!(elapsedMs > 0)) return 1;
    if (elapsedMs !== this.#keptForMs) {
      this.#keptForMs = elapsedMs;
      this.#keptShare = Math.exp((-Math.LN2 / this.#tuning.halfLifeMs) * elapsedMs);
    }
    return this.#keptShare;
  }

  #estimateMs(nowMs: number): number {
    const keep = this.#kept(nowMs);
    const elapsedMs = nowMs - this.#atMs;
    const peakMs = this.#peakMs === 0 || elapsedMs <= 0 ? this.#peakMs : this.#peakMs * this.#fade(elapsedMs);
    return (this.#firstTokenSumMs * keep) / (this.#firstTokens * keep + this.#tuning.priorAnswers) + peakMs;
  }

  #fade(elapsedMs: number): number {
    if (elapsedMs !== this.#fadedForMs) {
      this.#fadedForMs = elapsedMs;
      this.#fadedShare = Math.exp(-elapsedMs / this.#tuning.peakDecayMs);
    }
    return this.#fadedShare;
  }

  #liftTo(leastMs: number): void {
    const estimateMs = this.#estimateMs(this.#atMs);
    if (leastMs > estimateMs) this.#peakMs += leastMs - estimateMs;
  }

  #advance(nowMs: number): void {
    const elapsedMs = nowMs - this.#atMs;
    if (!(elapsedMs > 0)) return;
    const keep = this.#kept(nowMs);
    this.#good *= keep;
    this.#bad *= keep;
    this.#firstTokens *= keep;
    this.#firstTokenSumMs *= keep;
    this.#tokens *= keep;
    this.#streamedMs *= keep;
    this.#peakMs *= this.#fade(elapsedMs);
    this.#atMs = nowMs;
  }
}

class Attempt implements HealthAttempt {
  readonly startedAtMs: number;
  readonly #health: Health;
  older: Attempt | undefined;
  newer: Attempt | undefined;
  #phase: 'awaiting' | 'answering' | 'ended' = 'awaiting';
  #committedAtMs = 0;

  constructor(health: Health, nowMs: number) {
    this.#health = health;
    this.startedAtMs = nowMs;
  }

  commit(nowMs: number, firstTokenMs: number = nowMs - this.startedAtMs): void {
    if (this.#phase !== 'awaiting') return;
    this.#phase = 'answering';
    this.#committedAtMs = nowMs;
    this.#health.answered(this);
    this.#health.observe(nowMs, Math.max(0, firstTokenMs));
  }

  succeed(nowMs: number, outputTokens = 0): void {
    const streamedMs = this.#phase === 'answering' ? nowMs - this.#committedAtMs : 0;
    if (!this.#end()) return;
    this.#health.count(nowMs, 1, 0);
    if (outputTokens > 0 && streamedMs > 0) this.#health.streamed(outputTokens, streamedMs);
  }

  fail(nowMs: number, code: ChatErrorCode, weight: number = errorPolicies[code].breakerWeight): void {
    const unanswered = this.#phase === 'awaiting';
    if (!this.#end() || !(weight > 0)) return;
    this.#health.count(nowMs, 0, weight);
    if (unanswered) this.#health.observeAtLeast(nowMs, nowMs - this.startedAtMs);
  }

  abort(): void {
    this.#end();
  }

  loseHedge(nowMs: number): void {
    const unanswered = this.#phase === 'awaiting';
    if (this.#end() && unanswered) this.#health.observeAtLeast(nowMs, nowMs - this.startedAtMs);
  }

  #end(): boolean {
    if (this.#phase === 'ended') return false;
    if (this.#phase === 'awaiting') this.#health.answered(this);
    this.#phase = 'ended';
    this.#health.inFlight -= 1;
    return true;
  }
}
