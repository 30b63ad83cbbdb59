import type { Timers } from '../timers.ts';
import { EventHeap, type TimedEvent } from './event-heap.ts';

/** How many events are handed to Node at once: a turn of its event loop for each would cost more than the event. */
const eventsATurn = 64;

/**
 * Time that passes only from one event to the next: an hour takes as long as what happens in it. It begins at 0.
 *
 * Between two events everything that the first one set off by promises is settled, as on a machine that is quick enough.
 */
export class VirtualClock implements Timers {
  readonly #heap = new EventHeap();
  #nowMs = 0;
  #planned = 0;

  /** Events that are still to come. */
  get pending(): number {
    return this.#heap.size;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimeout(run: () => void, delayMs: number): TimedEvent {
    return this.at(run, this.#nowMs + Math.max(0, delayMs));
  }

  /** The same for a moment, which must not be over. */
  at(run: () => void, atMs: number): TimedEvent {
    this.#planned += 1;
    const event: TimedEvent = { atMs, order: this.#planned, run, index: -1 };
    this.#heap.push(event);
    return event;
  }

  clearTimeout(handle: unknown): void {
    if (handle !== undefined) this.#heap.remove(handle as TimedEvent);
  }

  /** Lets time pass until nothing is left to happen. Rejects with what an event throws. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const step = (): void => {
        if (isOver) return;
        const event = this.#heap.pop();
        if (!event) {
          isOver = true;
          resolve();
          return;
        }
        this.#nowMs = event.atMs;
        try {
          event.run();
        } catch (thrown) {
          isOver = true;
          reject(thrown);
        }
      };
      // Node runs all promises that are settled between two immediates, and only then the next one.
      const turn = (): void => {
        if (isOver) return;
        for (let count = 0; count < eventsATurn; count += 1) setImmediate(step);
        setImmediate(turn);
      };
      turn();
    });
  }
}
