import type { Registry } from '@sluice/registry';
import type { SettledSettings } from '../config/server-settings.ts';
import type { KeyRing } from './key-ring.ts';
import type { ModelList } from './model-list.ts';

/** Everything that a reload replaces, as one thing: a request sees the old or the new, never a mixture. */
export interface Generation {
  readonly registry: Registry;
  readonly settings: SettledSettings;
  readonly keys: KeyRing;
  readonly models: ModelList;
}

/** The generation that serves, and earlier ones that still have requests under way. */
export interface Generations {
  readonly current: Generation;
  /** Takes the current one for a request. */
  acquire(): Generation;
  /** Gives it back; the last one out of an old generation closes its registry. */
  release(generation: Generation): void;
  /** From now on, new requests get this one. */
  replace(next: Generation): void;
  /** Whether a registry, by its `instance`, is the current one's or that of a request under way. */
  knows(instance: number): boolean;
  /** Closes the current registry, and waits for it and for all that are closing. */
  close(): Promise<void>;
}

/** @param retire called with each registry that nobody needs any more */
export function createGenerations(
  first: Generation,
  retire: (registry: Registry) => Promise<void>,
): Generations {
  let current = first;
  const users = new Map<Generation, number>([[first, 0]]);
  const closing = new Set<Promise<void>>();

  const leaveIfUnused = (generation: Generation): void => {
    if (generation === current || users.get(generation) !== 0) return;
    users.delete(generation);
    const { registry } = generation;
    if (registry === current.registry || [...users.keys()].some((other) => other.registry === registry))
      return;
    // A provider that cannot be closed is nobody's failure here: no request needs it.
    const closed = retire(registry)
      .catch(() => {})
      .finally(() => closing.delete(closed));
    closing.add(closed);
  };

  return {
    get current() {
      return current;
    },
    acquire() {
      users.set(current, (users.get(current) ?? 0) + 1);
      return current;
    },
    release(generation) {
      users.set(generation, (users.get(generation) ?? 1) - 1);
      leaveIfUnused(generation);
    },
    replace(next) {
      const before = current;
      current = next;
      users.set(next, 0);
      leaveIfUnused(before);
    },
    knows(instance) {
      if (current.registry.instance === instance) return true;
      for (const { registry } of users.keys()) if (registry.instance === instance) return true;
      return false;
    },
    async close() {
      const registries = new Set([...users.keys()].map(({ registry }) => registry));
      await Promise.all([...closing, ...[...registries].map(retire)]);
    },
  };
}
