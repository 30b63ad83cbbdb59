import { setImmediate as immediate } from 'node:timers/promises';

/**
 * Waits, and says how the wait ended: true when the time is over, false when the signal came first.
 * Leaves neither a timer nor a listener behind.
 */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (elapsed: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(elapsed);
    };
    const onAbort = (): void => done(false);
    const timer = setTimeout(done, milliseconds, true);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** When tokens come. */
export interface Pace {
  /** Tokens per second. 0 or Infinity: as fast as the reader takes them. */
  readonly tokensPerSecond: number;
  /** Wait before the first token, in milliseconds. */
  readonly firstTokenMs: number;
}

/** How many items go out between two looks at the event loop when there is no rate. */
const BURST = 64;

/**
 * Yields the items at the given pace and ends early when the signal is aborted.
 * Each item has its own due time counted from the start, so that late timers do not add up.
 */
export async function* paced<T>(items: Iterable<T>, pace: Pace, signal: AbortSignal): AsyncGenerator<T> {
  const rate = pace.tokensPerSecond;
  const gapMs = rate > 0 && Number.isFinite(rate) ? 1000 / rate : 0;
  const start = performance.now() + pace.firstTokenMs;
  let index = 0;
  for (const item of items) {
    const waitMs = start + index * gapMs - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
    else if (index % BURST === BURST - 1) await immediate();
    if (signal.aborted) return;
    yield item;
    index += 1;
  }
}
