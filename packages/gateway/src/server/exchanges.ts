import type { Socket } from 'node:net';
import type { Refusal } from '../chat/refusal.ts';
import type { RequestRecord } from '../chat/request-record.ts';
import type { Generation } from './generations.ts';

/** A request under way. */
export interface Exchange {
  readonly record: RequestRecord;
  readonly generation: Generation;
  readonly socket: Socket;
  /** Part of its answer is on its way already. */
  readonly hasBegun: boolean;
  /** Ends it, because the drain time is over. */
  cut(): void;
  /** It is refused below HTTP, where nobody else writes its answer. */
  refused(refusal: Refusal): void;
}

/** The requests under way: how many, for how long yet, and how many for each key. */
export interface Exchanges {
  readonly size: number;
  add(exchange: Exchange): void;
  /** The last thing that happens to an exchange. */
  remove(exchange: Exchange): void;
  /** Takes one of a key's places; `false` if they are all taken. */
  takePlace(key: string, most: number): boolean;
  leavePlace(key: string): void;
  /** Resolves when none is left, or after `withinMs`; answers whether none is. */
  empty(withinMs: number): Promise<boolean>;
  cutAll(): void;
  /** Those of one connection: with pipelining there are several. */
  on(socket: Socket): readonly Exchange[];
}

export function createExchanges(): Exchanges {
  const running = new Set<Exchange>();
  const places = new Map<string, number>();
  const waiting = new Set<() => void>();
  return {
    get size() {
      return running.size;
    },
    add(exchange) {
      running.add(exchange);
    },
    remove(exchange) {
      running.delete(exchange);
      if (running.size === 0) for (const resolve of waiting) resolve();
    },
    takePlace(key, most) {
      const taken = places.get(key) ?? 0;
      if (taken >= most) return false;
      places.set(key, taken + 1);
      return true;
    },
    leavePlace(key) {
      const left = (places.get(key) ?? 1) - 1;
      if (left > 0) places.set(key, left);
      else places.delete(key);
    },
    empty(withinMs) {
      if (running.size === 0) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          waiting.delete(settle);
          resolve(running.size === 0);
        };
        const timer = setTimeout(settle, withinMs);
        waiting.add(settle);
      });
    },
    cutAll() {
      for (const exchange of running) exchange.cut();
    },
    on: (socket) => [...running].filter((exchange) => exchange.socket === socket),
  };
}
