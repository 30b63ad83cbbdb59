/** A clock and its timers, as a registry takes them (`timers`). */
export interface CassetteTimers {
  /** Milliseconds since the recording began. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The longest delay that a timer of Node takes. */
const longestTimerMs = 2 ** 31 - 1;

/** A timer that was set and has not rung. */
interface Pending {
  readonly dueMs: number;
  readonly ring: () => void;
  readonly machine: NodeJS.Timeout;
}

/**
 * A clock that stands still between what happens on the wire: it shows the time of the last thing that a cassette holds, or of
 * the last timer that rang. So whoever measures by it measures the same while it is recorded and when it is replayed, at
 * whatever pace.
 */
export class CassetteClock implements CassetteTimers {
  #nowMs = 0;
  readonly #pending: Set<Pending> = new Set();
  /** A timer rings: whatever it sets off at once happens when it was due, and not a little later. */
  isRinging = false;

  /** Something happened at this time. */
  advance(toMs: number): void {
    if (toMs > this.#nowMs) this.#nowMs = toMs;
  }

  /** Rings the timer that is due first, if it is due by then: for a replay that does not wait. Tells whether there was one. */
  ringFirst(byMs: number): boolean {
    let first: Pending | undefined;
    for (const each of this.#pending) {
      if (each.dueMs <= byMs && (!first || each.dueMs < first.dueMs)) first = each;
    }
    first?.ring();
    return first !== undefined;
  }

  // Bound: a registry may take them off the object.
  readonly now = (): number => this.#nowMs;

  readonly setTimeout = (run: () => void, delayMs: number): unknown => {
    const dueMs = this.#nowMs + delayMs;
    const ring = (): void => {
      this.clearTimeout(pending);
      this.advance(dueMs);
      this.isRinging = true;
      try {
        run();
      } finally {
        this.isRinging = false;
      }
    };
    const pending: Pending = { dueMs, ring, machine: setTimeout(ring, Math.min(delayMs, longestTimerMs)) };
    this.#pending.add(pending);
    return pending;
  };

  readonly clearTimeout = (handle: unknown): void => {
    const pending = handle as Pending | undefined;
    if (!pending || !this.#pending.delete(pending)) return;
    clearTimeout(pending.machine);
  };
}
