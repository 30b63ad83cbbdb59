import { SlidingCounter } from './sliding-counter.ts';

/** How many extra calls there may be. */
export interface RetryBudgetConfig {
  /** Extra calls for each request. Default 0.2. */
  readonly ratio?: number;
  /** Extra calls per second that there may be in any case, so that little traffic can be retried at all. Default 1. */
  readonly minPerSecond?: number;
  /** How far back requests and extra calls count, in milliseconds. Default 10 s. */
  readonly windowMs?: number;
}

/**
 * Keeps retries from turning a failure into an overload: all requests of a registry pay into one budget, and the calls that could
 * make a bad time worse are paid from it (as in Finagle's and tower's retry budgets): every further try of one target, and of those
 * that fail themselves (decision 0009). Hedges have a budget of their own, so that neither starves the other.
 */
export interface RetryBudget {
  /** A request came in: not an attempt, however many it takes. */
  request(nowMs: number): void;
  /** Whether an extra call could be paid for. Changes nothing. */
  has(nowMs: number): boolean;
  /** Pays for one extra call; `false` if the budget is used up. */
  take(nowMs: number): boolean;
}

/** The default of the budget for hedges: 10 % of the requests; with a hedge after the 95th percentile half of that is used. */
export const defaultHedgeBudget: RetryBudgetConfig = { ratio: 0.1, minPerSecond: 0.5 };

/**
 * Within any window there are at most `ratio` extra calls for each request in it, and `minPerSecond` more for each second of it.
 * It holds at the moment of taking, and saves nothing up: a quiet night does not pay for a storm in the morning.
 */
export function createRetryBudget(config: RetryBudgetConfig = {}): RetryBudget {
  return new WindowBudget(config);
}

const windowParts = 10;

class WindowBudget implements RetryBudget {
  readonly #ratio: number;
  readonly #free: number;
  readonly #requests: SlidingCounter;
  readonly #extra: SlidingCounter;

  constructor({ ratio = 0.2, minPerSecond = 1, windowMs = 10_000 }: RetryBudgetConfig) {
    this.#ratio = ratio;
    this.#free = (minPerSecond * windowMs) / 1000;
    this.#requests = new SlidingCounter(windowMs / windowParts, windowParts);
    this.#extra = new SlidingCounter(windowMs / windowParts, windowParts);
  }

  request(nowMs: number): void {
    this.#requests.add(nowMs, 1);
  }

  has(nowMs: number): boolean {
    return this.#extra.total(nowMs) + 1 <= this.#requests.total(nowMs) * this.#ratio + this.#free;
  }

  take(nowMs: number): boolean {
    if (!this.has(nowMs)) return false;
    this.#extra.add(nowMs, 1);
    return true;
  }
}
