import type { Directory } from './directory.ts';
import type { Cooldowns } from './health/cooldowns.ts';
import type { StateConnection, StateStore } from './state/state-store.ts';
import { createStateSync, type StateSync } from './state/state-sync.ts';
import type { Timers } from './timers.ts';

/** How long news wait for company before they are told, in milliseconds. */
const gatherMs = 250;

/** The tie between a registry's state and a store that others share. */
export interface StateLink {
  /** Where the state says what happened. */
  readonly sync: StateSync;
  /** Begins to hear and to tell, once the registry is made: a store may tell what it has kept at once. */
  connect(): void;
  /** There may be news to tell. */
  changed(): void;
  /** Tells what is left, and hears nothing more. */
  close(): Promise<void>;
}

/** Nothing here is on the way of a request. `cooldowns` and `directory` are asked once there is a connection. */
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
  let connection: StateConnection | undefined;
  let closed = false;
  let timer: unknown;

  const tell = (): void => {
    timers.clearTimeout(timer);
    timer = undefined;
    if (sync.pending === 0) return;
    const changes = sync.take(moment());
    try {
      // What a store of somebody else's makes of it is not ours: news that is lost is all that a broken one may cost.
      void Promise.resolve(connection?.publish(changes) as unknown).catch(() => {});
    } catch {
      // See above.
    }
  };

  return {
    sync,
    connect() {
      connection = store.connect((changes) => {
        if (!closed) sync.receive(changes, moment());
      });
    },
    changed() {
      if (closed || timer !== undefined || sync.pending === 0) return;
      timer = timers.setTimeout(tell, gatherMs);
    },
    async close() {
      if (closed) return;
      closed = true;
      tell();
      await connection?.close();
    },
  };
}
