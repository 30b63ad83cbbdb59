import { systemTimers, type Timers } from './timers.ts';

/**
 * What a promise of somebody else's code gives, for so long and no longer: then an `Error` with these words is thrown. What it
 * gives later is not looked at.
 */
export async function inTime<T>(
  promise: Promise<T>,
  longestMs: number,
  tooLong: string,
  timers: Timers = systemTimers,
): Promise<T> {
  let timer: unknown;
  const late = new Promise<never>((_resolve, reject) => {
    timer = timers.setTimeout(() => reject(new Error(tooLong)), longestMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timers.clearTimeout(timer);
  }
}
