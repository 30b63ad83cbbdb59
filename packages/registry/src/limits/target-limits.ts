import { SlidingCounter } from './sliding-counter.ts';

/** How much a target may be given: whole numbers of at least 1. What is left out is not limited. */
export interface LimitsConfig {
  /** Attempts at the same time. */
  readonly concurrency?: number;
  /** Attempts within any 60 seconds. */
  readonly requestsPerMinute?: number;
  /** Tokens, read and written, within any 60 seconds. */
  readonly tokensPerMinute?: number;
}

/** The leave to make one attempt, within the limits. Given back once: what comes after changes nothing. */
export interface Permit {
  /** The attempt ended. `usedTokens` replaces the estimate; without it the estimate stands. */
  release(nowMs: number, usedTokens?: number): void;
  /** Nothing was sent: neither the request nor its tokens count. */
  cancel(): void;
}

/** What a target was given, and what it may be given now. */
export interface TargetLimits {
  /** Whose limits: the target's id. */
  readonly key: string;
  /** Permits that are out. */
  readonly inUse: number;
  /**
   * How long until an attempt of so many tokens may begin, in milliseconds; 0 if now. Exact for the two limits a minute, if
   * nothing else begins until then. While all slots are taken it is an expectation, by how long permits were held so far: who
   * queues should wait for a release and not for this time.
   */
  waitMs(nowMs: number, tokens: number): number;
  /** Which limit keeps an attempt out, for people; nothing if none does. */
  refusal(nowMs: number, tokens: number): string | undefined;
  /** Takes a permit; nothing if an attempt has to wait. `tokens` is an estimate of what it will use. */
  acquire(nowMs: number, tokens: number): Permit | undefined;
  /** Counts what other processes gave the target, on our clock. May exceed the limits: they know no better than we do. */
  addRemote(atMs: number, requests: number, tokens: number): void;
}

/** One for all targets of a registry. */
export interface LimitsSettings {
  /**
   * Told what a target with a limit a minute was given, for the state store: requests as they begin, and -1 for one that never
   * reached the upstream; tokens as they are settled. Must not throw.
   */
  readonly onUse?: (key: string, requests: number, tokens: number, atMs: number) => void;
}

/**
 * The limits of one target. A minute is a sliding one, counted in parts of 3 s: within any 60 seconds no more than the limit
 * begins (a little less, by up to 5 %). A token bucket would be smaller, but lets up to twice the limit through in a minute: its
 * burst and what flows in after it; upstreams answer that with 429.
 *
 * One attempt that is estimated larger than the whole limit of tokens may begin when nothing else counts: an estimate is no
 * reason to refuse for ever.
 */
export function createTargetLimits(
  key: string,
  config: LimitsConfig,
  settings: LimitsSettings = {},
): TargetLimits {
  return new Limits(key, config, settings);
}

/**
 * Tokens of a text, for a limit: four UTF-16 units each, as English text has on average, and what the answer may take. Settled
 * with the real number at the end.
 */
export function estimateTokens(inputChars: number, maxOutputTokens = 0): number {
  return Math.ceil(inputChars / 4) + maxOutputTokens;
}

const partMs = 3_000;

/** A minute, and the part that has just begun. */
const parts = 60_000 / partMs + 1;

/** The expectation of how long a slot is held, before any was. */
const untriedHoldMs = 1_000;

/** How much one holding time counts against those before it. */
const holdShare = 0.2;

class Limits implements TargetLimits {
  readonly key: string;
  inUse = 0;
  readonly #concurrency: number;
  readonly #requestLimit: number;
  readonly #tokenLimit: number;
  readonly #requests: SlidingCounter | undefined;
  readonly #tokens: SlidingCounter | undefined;
  readonly #onUse: LimitsSettings['onUse'];
  #holdMs = untriedHoldMs;

  constructor(key: string, config: LimitsConfig, { onUse }: LimitsSettings) {
    this.key = key;
    this.#concurrency = config.concurrency ?? Number.POSITIVE_INFINITY;
    this.#requestLimit = config.requestsPerMinute ?? Number.POSITIVE_INFINITY;
    this.#tokenLimit = config.tokensPerMinute ?? Number.POSITIVE_INFINITY;
    if (config.requestsPerMinute !== undefined) this.#requests = new SlidingCounter(partMs, parts);
    if (config.tokensPerMinute !== undefined) this.#tokens = new SlidingCounter(partMs, parts);
    this.#onUse = onUse;
  }

  waitMs(nowMs: number, tokens: number): number {
    const slotMs = this.inUse < this.#concurrency ? 0 : Math.max(1, this.#holdMs / this.#concurrency);
    return Math.max(slotMs, this.#requestWaitMs(nowMs), this.#tokenWaitMs(nowMs, tokens));
  }

  refusal(nowMs: number, tokens: number): string | undefined {
    if (this.inUse >= this.#concurrency) return `${this.inUse} of ${this.#concurrency} slots are taken`;
    const requestWaitMs = this.#requestWaitMs(nowMs);
    const tokenWaitMs = this.#tokenWaitMs(nowMs, tokens);
    if (requestWaitMs === 0 && tokenWaitMs === 0) return undefined;
    return requestWaitMs >= tokenWaitMs
      ? `${this.#requestLimit} requests a minute are used up for another ${Math.ceil(requestWaitMs / 1000)} s`
      : `${this.#tokenLimit} tokens a minute leave no room for ${tokens} for another ${Math.ceil(tokenWaitMs / 1000)} s`;
  }

  acquire(nowMs: number, tokens: number): Permit | undefined {
    if (this.inUse >= this.#concurrency) return undefined;
    if (this.#requestWaitMs(nowMs) > 0 || this.#tokenWaitMs(nowMs, tokens) > 0) return undefined;
    this.inUse += 1;
    return new TargetPermit(this, nowMs, whole(tokens));
  }

  addRemote(atMs: number, requests: number, tokens: number): void {
    this.#requests?.add(atMs, requests);
    this.#tokens?.add(atMs, tokens);
  }

  /** Counts a request; answers its bucket. */
  begin(nowMs: number, tokens: number): number {
    const bucket = this.#requests?.add(nowMs, 1);
    const same = this.#tokens?.add(nowMs, tokens);
    this.#tell(1, 0, nowMs);
    return bucket ?? same ?? 0;
  }

  /** Corrects what was counted: what was too much where it was counted, what was too little where it became known. */
  settle(nowMs: number, bucket: number, estimated: number, used: number): void {
    if (used < estimated) this.#tokens?.takeBack(bucket, estimated - used);
    else if (used > estimated) this.#tokens?.add(nowMs, used - estimated);
    if (used > 0) this.#tell(0, used, nowMs);
  }

  takeBack(startedAtMs: number, bucket: number, tokens: number): void {
    this.#requests?.takeBack(bucket, 1);
    this.#tokens?.takeBack(bucket, tokens);
    this.#tell(-1, 0, startedAtMs);
  }

  freed(heldMs: number | undefined): void {
    this.inUse -= 1;
    if (heldMs !== undefined) this.#holdMs += (heldMs - this.#holdMs) * holdShare;
  }

  #requestWaitMs(nowMs: number): number {
    if (this.#requests === undefined) return 0;
    return this.#requests.belowAtMs(nowMs, Math.max(0, this.#requestLimit - 1)) - nowMs;
  }

  #tokenWaitMs(nowMs: number, tokens: number): number {
    if (this.#tokens === undefined) return 0;
    return this.#tokens.belowAtMs(nowMs, Math.max(0, this.#tokenLimit - tokens)) - nowMs;
  }

  #tell(requests: number, tokens: number, atMs: number): void {
    if (this.#onUse === undefined || (this.#requests === undefined && this.#tokens === undefined)) return;
    this.#onUse(this.key, requests, tokens, atMs);
  }
}

class TargetPermit implements Permit {
  readonly #limits: Limits;
  readonly #startedAtMs: number;
  readonly #tokens: number;
  readonly #bucket: number;
  #given = false;

  constructor(limits: Limits, nowMs: number, tokens: number) {
    this.#limits = limits;
    this.#startedAtMs = nowMs;
    this.#tokens = tokens;
    this.#bucket = limits.begin(nowMs, tokens);
  }

  release(nowMs: number, usedTokens: number = this.#tokens): void {
    if (!this.#giveBack()) return;
    this.#limits.freed(nowMs - this.#startedAtMs);
    this.#limits.settle(nowMs, this.#bucket, this.#tokens, whole(usedTokens));
  }

  cancel(): void {
    if (!this.#giveBack()) return;
    this.#limits.freed(undefined);
    this.#limits.takeBack(this.#startedAtMs, this.#bucket, this.#tokens);
  }

  #giveBack(): boolean {
    if (this.#given) return false;
    this.#given = true;
    return true;
  }
}

/** The windows count whole tokens, so that their sums stay exact. */
function whole(tokens: number): number {
  return tokens > 0 ? Math.ceil(tokens) : 0;
}
