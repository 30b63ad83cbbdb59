import type { Directory } from './directory.ts';
import type { Cooldowns } from './health/cooldowns.ts';
import type { StateStore } from './state/state-store.ts';
import { createStateSync, type StateSync } from './state/state-sync.ts';
import type { Timers } from './timers.ts';

/** How long news wait for company before they are told, in milliseconds. */
const gatherMs = 250;

/** The tie between a registry's state and a store that others share. */
export interface StateLink {
  /** Where the state says what happened. */
  readonly sync: StateSync;
  /** There may be news to tell. */
  changed(): void;
  /** Tells what is left, and hears nothing more. */
  close(): Promise<void>;
}

/** Connects at once. Nothing here is on the way of a request. `directory` is asked only later, once there is one. */
export function linkState(
  store: StateStore,
  timers: Timers,
  cooldowns: () => Cooldowns,
  directory: () => Directory,
): StateLink {
  const moment = () => ({ nowMs: timers.now(), epochMs: Date.now() });
  const sync = createStateSync({
    cooldowns: { merge: (remote, nowMs) => cooldowns().merge(remote, nowMs) },
    breaker: (key) => directory().known(key)?.state.breaker,
    limits: (key) => directory().known(key)?.state.limits,
  });
  const connection = store.connect((changes) => sync.receive(changes, moment()));
  let timer: unknown;

  const tell = (): void => {
    timers.clearTimeout(timer);
    timer = undefined;
    if (sync.pending > 0) connection.publish(sync.take(moment()));
  };

  return {
    sync,
    changed() {
      if (timer === undefined && sync.pending > 0) timer = timers.setTimeout(tell, gatherMs);
    },
    async close() {
      tell();
      await connection.close();
    },
  };
}
