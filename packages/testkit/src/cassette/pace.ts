import { setTimeout as sleep } from 'node:timers/promises';
import type { CassetteClock } from './cassette-clock.ts';

/** When what was recorded comes in a replay. */
export interface Pace {
  /**
   * Begins an exchange whose request was recorded at this time. Its events are awaited by the times at which they were
   * recorded, one after the other; waiting rejects when the signal is aborted.
   */
  begin(requestAtMs: number): (atMs: number, signal: AbortSignal) => Promise<void>;
}

/** What a replay measures and waits by. */
export interface ReplayTime {
  /** A monotonic clock in milliseconds. */
  now(): number;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The longest delay that a timer of Node takes. */
const longestTimerMs = 2 ** 31 - 1;

const machineTime: ReplayTime = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(Math.min(ms, longestTimerMs), undefined, { signal }),
};

/** As long as it took, by the time of the request and not from piece to piece: a slow reader is not waited for twice. */
export function recordedPace({ now, sleep: wait }: ReplayTime = machineTime): Pace {
  return {
    begin(requestAtMs) {
      const startedAt = now();
      return async (atMs, signal) => {
        const leftMs = startedAt + (atMs - requestAtMs) - now();
        if (leftMs > 0) await wait(leftMs, signal);
      };
    },
  };
}

/**
 * Without waits, but in the order in which it was: of all that is waited for, what was recorded first comes first, one event a
 * turn of the loop, and a timer of the cassette that was due before rings before. So calls at the same time see each other as they
 * did, and a long answer can still be cancelled.
 */
export function pressingPace(clock: CassetteClock): Pace {
  const waiting: { readonly atMs: number; readonly come: () => void }[] = [];
  const deliver = (): void => {
    const first = waiting.reduce((earliest, each) => (each.atMs < earliest.atMs ? each : earliest));
    if (clock.ringFirst(first.atMs)) {
      setImmediate(deliver);
      return;
    }
    waiting.splice(waiting.indexOf(first), 1);
    if (waiting.length > 0) setImmediate(deliver);
    first.come();
  };
  return {
    begin: () => (atMs) =>
      new Promise((come) => {
        waiting.push({ atMs, come });
        if (waiting.length === 1) setImmediate(deliver);
      }),
  };
}
