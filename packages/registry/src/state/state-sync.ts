import { bounded, type ChatErrorCode, errorPolicies } from '@sluice/core';
import type { Breaker, BreakerChange } from '../health/breaker.ts';
import type { Cooldown, CooldownScope, Cooldowns } from '../health/cooldowns.ts';
import type { TargetLimits } from '../limits/target-limits.ts';
import type { SharedBreaker, SharedChange, SharedCooldown, SharedUse } from './state-store.ts';

/** What a registry has that others may know or change. */
export interface StateSyncConfig {
  readonly cooldowns: Pick<Cooldowns, 'merge'>;
  /** The breaker of a target by its id; nothing for a target that this registry does not have. */
  readonly breaker: (key: string) => Pick<Breaker, 'adopt'> | undefined;
  readonly limits: (key: string) => Pick<TargetLimits, 'addRemote'> | undefined;
  /** The most changes that wait to be sent; beyond it the oldest are dropped. Default 10,000. */
  readonly maxPending?: number;
}

/** The same moment on two clocks, in milliseconds. */
export interface Moment {
  /** On the registry's own clock. */
  readonly nowMs: number;
  /** Since 1970, as all processes count. */
  readonly epochMs: number;
}

/**
 * Between a registry's state and its store: gathers what is to be told, and merges what is heard. It has no timer; whoever owns
 * it sends `take()` off now and then (a quarter of a second after `pending` left 0 is soon enough), and hands what the store
 * delivers to `receive`.
 *
 * @example
 * const connection = store.connect((changes) => sync.receive(changes, moment()));
 * const flush = () => connection.publish(sync.take(moment()));
 */
export interface StateSync {
  /** Changes that wait to be sent. Many about one key are one. */
  readonly pending: number;
  /** For `onCool` of the cooldowns. */
  cooled(cooldown: Cooldown): void;
  /** For `onChange` of the breakers. */
  breakerChanged(change: BreakerChange): void;
  /** For `onUse` of the limits. Negative numbers take back what was not told yet. */
  used(key: string, requests: number, tokens: number, atMs: number): void;
  /** Takes out what is to be sent. */
  take(moment: Moment): SharedChange[];
  /**
   * Merges what others say: cooldowns and openings by the later end, use by adding it up. Nothing from outside is believed
   * blindly: what is malformed, of an unknown kind, or over changes nothing, and no end is further away than the longest that
   * this registry would set itself.
   */
  receive(changes: readonly unknown[], moment: Moment): void;
}

/** Nothing pending. */
export function createStateSync(config: StateSyncConfig): StateSync {
  return new Outbox(config);
}

/** A use that is reported later than this is of no use: the windows have moved on. */
const longestUseAgeMs = 60_000;

/** In UTF-16 units: it is repeated in every decision that meets the open breaker. */
const longestReason = 200;

/** As `SharedChange`, on the registry's own clock. */
type Pending = SharedChange;

class Outbox implements StateSync {
  readonly #config: StateSyncConfig;
  readonly #pending = new Map<string, Pending>();

  constructor(config: StateSyncConfig) {
    this.#config = config;
  }

  get pending(): number {
    return this.#pending.size;
  }

  cooled({ scope, key, untilMs, code }: Cooldown): void {
    this.#put(`${scope} ${key}`, { kind: 'cooldown', scope, key, untilMs, code });
  }

  breakerChanged({ key, to, untilMs = 0, doublings = 0, reason, remote }: BreakerChange): void {
    if (remote || to === 'half-open') return;
    this.#put(`breaker ${key}`, { kind: 'breaker', key, untilMs, doublings, reason });
  }

  used(key: string, requests: number, tokens: number, atMs: number): void {
    const place = `use ${key}`;
    const known = this.#pending.get(place);
    const sum = known?.kind === 'use' ? known : { requests: 0, tokens: 0, atMs };
    // What is taken back after it was told stays told: others count a little too much until their windows have passed.
    const all = {
      requests: Math.max(0, sum.requests + requests),
      tokens: Math.max(0, sum.tokens + tokens),
    };
    if (all.requests === 0 && all.tokens === 0) this.#pending.delete(place);
    else this.#put(place, { kind: 'use', key, atMs: Math.max(atMs, sum.atMs), ...all });
  }

  take({ nowMs, epochMs }: Moment): SharedChange[] {
    const ahead = epochMs - nowMs;
    const changes = [...this.#pending.values()].map((change): SharedChange => {
      if (change.kind === 'use') return { ...change, atMs: change.atMs + ahead };
      return { ...change, untilMs: change.untilMs === 0 ? 0 : change.untilMs + ahead };
    });
    this.#pending.clear();
    return changes;
  }

  receive(changes: readonly unknown[], { nowMs, epochMs }: Moment): void {
    if (!Array.isArray(changes)) return;
    const behind = nowMs - epochMs;
    for (const change of changes) {
      if (isCooldown(change)) {
        const { scope, key, code, untilMs } = change;
        this.#config.cooldowns.merge({ scope, key, code, untilMs: untilMs + behind }, nowMs);
      } else if (isBreaker(change)) {
        const { key, untilMs, doublings, reason } = change;
        const opening = { untilMs: untilMs + behind, doublings, reason: bounded(reason, longestReason) };
        // A closing has its end in the past: adopted by nobody.
        this.#config.breaker(key)?.adopt(opening, nowMs);
      } else if (isUse(change)) {
        // A clock that is ahead of ours must not move our windows into the future.
        const atMs = Math.min(change.atMs + behind, nowMs);
        if (nowMs - atMs < longestUseAgeMs) {
          this.#config.limits(change.key)?.addRemote(atMs, change.requests, change.tokens);
        }
      }
    }
  }

  #put(place: string, change: Pending): void {
    this.#pending.delete(place);
    this.#pending.set(place, change);
    const { maxPending = 10_000 } = this.#config;
    if (this.#pending.size <= maxPending) return;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#pending.delete(oldest);
  }
}

const scopes: { readonly [Scope in CooldownScope]: true } = {
  provider: true,
  credential: true,
  model: true,
  target: true,
};

type Fields<T> = { readonly [Key in keyof T]?: unknown };

function hasKind<T extends SharedChange>(
  value: unknown,
  kind: T['kind'],
): value is Fields<T> & { key: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { kind: own, key } = value as Fields<SharedChange>;
  return own === kind && typeof key === 'string';
}

function isCooldown(value: unknown): value is SharedCooldown {
  if (!hasKind<SharedCooldown>(value, 'cooldown')) return false;
  const { scope, code, untilMs } = value;
  return (
    isOneOf<CooldownScope>(scope, scopes) && isOneOf<ChatErrorCode>(code, errorPolicies) && isCount(untilMs)
  );
}

function isBreaker(value: unknown): value is SharedBreaker {
  if (!hasKind<SharedBreaker>(value, 'breaker')) return false;
  const { untilMs, doublings, reason } = value;
  return isCount(untilMs) && isCount(doublings) && typeof reason === 'string';
}

function isUse(value: unknown): value is SharedUse {
  if (!hasKind<SharedUse>(value, 'use')) return false;
  const { atMs, requests, tokens } = value;
  return (
    isCount(atMs) &&
    Number.isSafeInteger(requests) &&
    isCount(requests) &&
    Number.isSafeInteger(tokens) &&
    isCount(tokens)
  );
}

function isOneOf<T extends string>(value: unknown, all: { readonly [Key in T]: unknown }): value is T {
  return typeof value === 'string' && Object.hasOwn(all, value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}
