/** Where a registry's time comes from and how it waits: one small interface, so that a simulator can put a virtual clock behind it. */
export interface Timers {
  /** A monotonic clock in milliseconds. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The longest delay that a timer of Node takes. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, Math.min(delayMs, longestTimerMs)),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
