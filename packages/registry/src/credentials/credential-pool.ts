import type { ChatErrorCode } from '@sluice/core';
import { type Cooldown, type CooldownKeys, type Cooldowns, cooledScope } from '../health/cooldowns.ts';
import type { CredentialName } from './credential-name.ts';

/** What a pool is made of. */
export interface CredentialPoolConfig {
  /** The target's names, without `credential`: that is what the pool looks after. */
  readonly keys: CooldownKeys;
  /** The names of the keys, in the order of the keys. The pool never sees a key. */
  readonly credentials: readonly CredentialName[];
  /** Where what is benched is booked. One for a registry, so that a key refused at one target is benched at all. */
  readonly cooldowns: Cooldowns;
}

/** How one key stands. */
export interface CredentialState {
  readonly label: string;
  /** When it can be used again; 0 if now. */
  readonly untilMs: number;
  /** Why it can't be used now. */
  readonly code?: ChatErrorCode;
}

/**
 * Several keys for one target, used in turn. A key that was refused (401, 402) is benched at every target that has it; one that
 * was used too much (429) at this target alone, because upstreams count by key and model. What is no key's fault is booked on
 * the target, as without a pool.
 */
export interface CredentialPool {
  readonly size: number;
  /** The place of the next usable key among `credentials`; nothing if all are benched. Moves on. */
  take(nowMs: number): number | undefined;
  /** When a key can be used: 0 if now, else the earliest time. Changes nothing. */
  readyAtMs(nowMs: number): number;
  /** Why no key can be used, for people; nothing if one can. */
  refusal(nowMs: number): string | undefined;
  /** Books a failure of an attempt with the key at `index`. Answers the cooldown that holds now; nothing where none does. */
  record(index: number, code: ChatErrorCode, nowMs: number, retryAfterMs?: number): Cooldown | undefined;
  /** A success with the key at `index`: cooldowns that have ended begin with the shortest time again. */
  succeeded(index: number, nowMs: number): void;
  /** All keys, by name. */
  states(nowMs: number): CredentialState[];
}

/** Throws a `TypeError` for a pool without keys, or with one key twice. */
export function createCredentialPool(config: CredentialPoolConfig): CredentialPool {
  const { credentials } = config;
  if (credentials.length === 0) throw new TypeError('credentials is empty: a pool needs at least one key');
  const seen = new Map<string, number>();
  for (const [index, { id, label }] of credentials.entries()) {
    const first = seen.get(id);
    if (first !== undefined) {
      throw new TypeError(
        `credentials[${index}] is the same key as credentials[${first}] (${label}): name each key once`,
      );
    }
    seen.set(id, index);
  }
  return new RoundRobinPool(config);
}

/** A key with the two names under which it is benched. */
interface Seat {
  readonly label: string;
  readonly everywhere: string;
  readonly here: string;
}

class RoundRobinPool implements CredentialPool {
  readonly #keys: CooldownKeys;
  readonly #cooldowns: Cooldowns;
  readonly #seats: readonly Seat[];
  #next = 0;

  constructor({ keys, credentials, cooldowns }: CredentialPoolConfig) {
    this.#keys = keys;
    this.#cooldowns = cooldowns;
    this.#seats = credentials.map(({ id, label }) => ({
      label,
      everywhere: id,
      here: `${id}@${keys.target}`,
    }));
  }

  get size(): number {
    return this.#seats.length;
  }

  take(nowMs: number): number | undefined {
    const { length } = this.#seats;
    for (let step = 0; step < length; step += 1) {
      const index = (this.#next + step) % length;
      if (this.#benched(this.#seats[index] as Seat, nowMs) !== undefined) continue;
      this.#next = (index + 1) % length;
      return index;
    }
    return undefined;
  }

  readyAtMs(nowMs: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const seat of this.#seats) {
      const cooldown = this.#benched(seat, nowMs);
      if (cooldown === undefined) return 0;
      if (cooldown.untilMs < earliest) earliest = cooldown.untilMs;
    }
    return earliest;
  }

  refusal(nowMs: number): string | undefined {
    const states = this.states(nowMs);
    if (states.some(({ untilMs }) => untilMs === 0)) return undefined;
    const each = states.map(
      ({ label, untilMs, code }) => `${label} ${code} for ${Math.ceil((untilMs - nowMs) / 1000)} s`,
    );
    return `no usable key: ${each.join(', ')}`;
  }

  record(index: number, code: ChatErrorCode, nowMs: number, retryAfterMs?: number): Cooldown | undefined {
    const { everywhere, here } = this.#seat(index);
    if (code === 'rate-limited') {
      return this.#cooldowns.cool('credential', here, code, nowMs, retryAfterMs);
    }
    if (cooledScope(code, retryAfterMs) === 'credential') {
      return this.#cooldowns.cool('credential', everywhere, code, nowMs, retryAfterMs);
    }
    return this.#cooldowns.record(this.#keys, code, nowMs, retryAfterMs);
  }

  succeeded(index: number, nowMs: number): void {
    const { everywhere, here } = this.#seat(index);
    this.#cooldowns.forgive('credential', everywhere, nowMs);
    this.#cooldowns.forgive('credential', here, nowMs);
    this.#cooldowns.succeeded(this.#keys, nowMs);
  }

  states(nowMs: number): CredentialState[] {
    return this.#seats.map((seat) => {
      const cooldown = this.#benched(seat, nowMs);
      return cooldown
        ? { label: seat.label, untilMs: cooldown.untilMs, code: cooldown.code }
        : { label: seat.label, untilMs: 0 };
    });
  }

  #seat(index: number): Seat {
    const seat = this.#seats[index];
    if (seat === undefined) throw new RangeError(`the pool has ${this.size} keys, none at ${index}`);
    return seat;
  }

  #benched({ everywhere, here }: Seat, nowMs: number): Cooldown | undefined {
    const refused = this.#cooldowns.get('credential', everywhere, nowMs);
    const used = this.#cooldowns.get('credential', here, nowMs);
    if (refused === undefined || used === undefined) return refused ?? used;
    return refused.untilMs >= used.untilMs ? refused : used;
  }
}
