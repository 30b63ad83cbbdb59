import type { ChatErrorCode } from '@sluice/core';
import type { CooldownScope } from '../health/cooldowns.ts';

/** Something is left alone. Times are milliseconds since 1970: processes share no other clock. */
export interface SharedCooldown {
  readonly kind: 'cooldown';
  readonly scope: CooldownScope;
  /** What is left alone; never a credential itself. */
  readonly key: string;
  readonly untilMs: number;
  readonly code: ChatErrorCode;
}

/** A breaker opened (`untilMs` is when it lets a probe through) or closed (`untilMs` is 0). */
export interface SharedBreaker {
  readonly kind: 'breaker';
  /** The target's id. */
  readonly key: string;
  readonly untilMs: number;
  readonly doublings: number;
  readonly reason: string;
}

/** What one process gave a target with limits a minute, since it last said so. */
export interface SharedUse {
  readonly kind: 'use';
  /** The target's id. */
  readonly key: string;
  readonly atMs: number;
  readonly requests: number;
  readonly tokens: number;
}

/** What registries tell each other. Plain JSON; a receiver ignores what it doesn't know. */
export type SharedChange = SharedCooldown | SharedBreaker | SharedUse;

/** One registry's end of a store. */
export interface StateConnection {
  /**
   * Passes changes on to the others, some time. Returns at once, never throws, and need not succeed: whoever publishes has
   * decided already, and decides by its own state again if nobody hears of it.
   */
  publish(changes: readonly SharedChange[]): void;
  /** No more news; what was published may still be under way until it resolves. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Where registries share what they learn. Each decides by its own state, in its own memory; a store only carries news between
 * them, so it is never waited for, and a slow or broken one costs nothing but the news (decision 0007).
 *
 * A store keeps cooldowns and openings until their time is over, so that a new process learns them; by the later `untilMs` of two
 * for one key, except that a closing (`untilMs: 0`) removes an opening. Use is passed on and not kept. Whoever shares a store
 * means the same by the same target id: a namespace is the store's own option.
 */
export interface StateStore {
  /**
   * Begins to tell a registry what the others publish: first, once it is known, all that is still kept; never what it published
   * itself. `receive` does not throw.
   */
  connect(receive: (changes: readonly SharedChange[]) => void): StateConnection;
}
