import { setTimeout as pause } from 'node:timers/promises';

/** The longest that a cell waits for something to be seen, in milliseconds: a busy machine takes its time, and only failures take it all. */
const patienceMs = 20_000;

/**
 * Whether a condition comes true. It is looked at again and again: there is no one signal for what is seen on several servers
 * and in garbage collectors.
 */
export async function patiently(condition: () => boolean, withinMs: number = patienceMs): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (let waitMs = 1; !condition(); waitMs = Math.min(20, waitMs * 2)) {
    if (performance.now() > until) return false;
    await pause(waitMs);
  }
  return true;
}
