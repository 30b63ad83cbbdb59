import type { CallLife } from './call-life.ts';
import type { Lease } from './lease.ts';
import type { Timers } from './timers.ts';

/** One who waits for a place at a target. */
export interface Waiter {
  /** Takes the place, or says why not: `full` waits on, `refused` will not come. */
  readonly take: () => Lease | 'full' | 'refused';
  /** When a place may be free by itself, in milliseconds from now; nothing if only a release makes one. */
  readonly nextInMs: () => number | undefined;
}

/**
 * Who waits for a full target, first come first served. A place is taken for the first of them at the moment in which it gets
 * free, so that nobody who comes later is quicker. It is bounded by whoever lets in.
 */
export class SlotQueue {
  readonly #timers: Timers;
  readonly #waiting = new Map<Waiter, (lease: Lease | undefined) => void>();
  #timer: unknown;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves with the lease; with nothing after `maxWaitMs`, or if the target turned out to be of no use. Rejects when the call
   * ends.
   */
  wait(waiter: Waiter, life: CallLife, maxWaitMs: number): Promise<Lease | undefined> {
    if (life.error) return Promise.reject(life.error);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiter);
        this.#timers.clearTimeout(tooLong);
        forget();
        this.#rearm();
      };
      const settle = (lease: Lease | undefined): void => {
        leave();
        resolve(lease);
      };
      const forget = life.onEnd((error) => {
        leave();
        reject(error);
      });
      const tooLong =
        maxWaitMs === Number.POSITIVE_INFINITY
          ? undefined
          : this.#timers.setTimeout(() => settle(undefined), maxWaitMs);
      this.#waiting.set(waiter, settle);
      this.#rearm();
    });
  }

  /** Something has changed at the target: whoever is first may have a place now. */
  pump(): void {
    for (const [waiter, settle] of this.#waiting) {
      const taken = waiter.take();
      if (taken === 'full') break;
      settle(taken === 'refused' ? undefined : taken);
    }
    this.#rearm();
  }

  /** One timer for the first of them, where time alone makes a place. */
  #rearm(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    const [first] = this.#waiting.keys();
    const inMs = first?.nextInMs();
    if (inMs === undefined) return;
    this.#timer = this.#timers.setTimeout(() => this.pump(), Math.max(1, Math.ceil(inMs)));
  }
}
