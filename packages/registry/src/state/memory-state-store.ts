import type {
  SharedBreaker,
  SharedChange,
  SharedCooldown,
  StateConnection,
  StateStore,
} from './state-store.ts';

/** Settings of `createMemoryStateStore`. */
export interface MemoryStateStoreSettings {
  /** The most cooldowns and openings that are kept for registries to come; beyond it the oldest news goes first. Default 10,000. */
  readonly maxEntries?: number;
}

type Receive = (changes: readonly SharedChange[]) => void;
type Kept = SharedCooldown | SharedBreaker;

/**
 * Shares state between the registries of one process, and with none outside. News arrives at once. It has no clock: what is over
 * stays until it is replaced or pushed out, and is ignored by whoever receives it.
 *
 * @example
 * const stateStore = createMemoryStateStore();
 * const eu = createRegistry({ providers, stateStore });
 * const us = createRegistry({ providers, stateStore });
 */
export function createMemoryStateStore({ maxEntries = 10_000 }: MemoryStateStoreSettings = {}): StateStore {
  /** The entry with the oldest news comes first. */
  const kept = new Map<string, Kept>();
  const receivers = new Set<Receive>();

  const keep = (change: Kept): void => {
    const place = change.kind === 'breaker' ? `breaker ${change.key}` : `${change.scope} ${change.key}`;
    const known = kept.get(place);
    if (change.untilMs > 0 && known !== undefined && known.untilMs > change.untilMs) return;
    kept.delete(place);
    if (change.untilMs > 0) kept.set(place, change);
    if (kept.size <= maxEntries) return;
    const [oldest] = kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
  };

  return {
    connect(receive): StateConnection {
      // Its own function: one that connects twice with the same one is two.
      const own: Receive = (changes) => receive(changes);
      receivers.add(own);
      if (kept.size > 0) own([...kept.values()]);
      return {
        publish(changes) {
          for (const change of changes) if (change.kind !== 'use') keep(change);
          for (const other of receivers) if (other !== own) other(changes);
        },
        close() {
          receivers.delete(own);
          return Promise.resolve();
        },
      };
    },
  };
}
