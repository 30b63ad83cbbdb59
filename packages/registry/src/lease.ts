import { type ChatError, type ChatProvider, errorPolicies, type FinishEvent } from '@sluice/core';
import type { BreakerPass } from './health/breaker-pass.ts';
import type { Cooldown, Cooldowns } from './health/cooldowns.ts';
import type { HealthAttempt } from './health/target-health.ts';
import type { Permit } from './limits/target-limits.ts';
import type { Target } from './target.ts';

/** What a lease needs to know of its registry. */
export interface LeaseOffice {
  readonly cooldowns: Cooldowns;
  readonly random: () => number;
  /** Told once a target has room again. */
  readonly onFreed: (target: Target) => void;
}

/**
 * Everything that one attempt takes of its target: a slot, its share of the minute, the breaker's leave, a key. It is given back
 * as a whole and once, by whichever of `succeed`, `fail`, `abandon` and `loseHedge` comes first; what comes after changes
 * nothing.
 */
export interface Lease {
  readonly target: Target;
  /** Whoever answers: the instance that has the key. */
  readonly provider: ChatProvider;
  /** Name of the key, where there are several. */
  readonly credential: string | undefined;
  /** Whether the attempt finds out for a half-open breaker. */
  readonly probe: boolean;
  /** The answer has begun, so long after the attempt. */
  commit(nowMs: number): void;
  succeed(nowMs: number, finish: FinishEvent): void;
  /** Books the failure by the error table. Answers what cools because of it. */
  fail(nowMs: number, error: ChatError): Cooldown | undefined;
  /** It was the caller who left, or nothing was sent yet: nobody is blamed. */
  abandon(nowMs: number): void;
  /** Another attempt of the same request answered first. */
  loseHedge(nowMs: number): void;
}

/** Takes what an attempt needs; nothing, and nothing taken, if the target can't take it now. */
export function takeLease(
  target: Target,
  office: LeaseOffice,
  nowMs: number,
  tokens: number,
): Lease | undefined {
  const { limits, breaker, pool, health } = target.state;
  const permit = limits?.acquire(nowMs, tokens);
  if (limits !== undefined && permit === undefined) return undefined;
  const pass = breaker.enter(nowMs);
  const key = pass === undefined ? undefined : pool === undefined ? 0 : pool.take(nowMs);
  if (pass === undefined || key === undefined) {
    pass?.abandon();
    permit?.cancel();
    return undefined;
  }
  return new TargetLease(target, office, { permit, pass, key, health: health.begin(nowMs) });
}

interface Parts {
  readonly permit: Permit | undefined;
  readonly pass: BreakerPass;
  readonly key: number;
  readonly health: HealthAttempt;
}

class TargetLease implements Lease {
  readonly target: Target;
  readonly provider: ChatProvider;
  readonly credential: string | undefined;
  readonly #office: LeaseOffice;
  readonly #parts: Parts;
  #given = false;

  constructor(target: Target, office: LeaseOffice, parts: Parts) {
    const { credentials } = target.member;
    const credential = credentials[parts.key] as (typeof credentials)[number];
    this.target = target;
    this.provider = credential.provider;
    this.credential = credentials.length > 1 ? credential.name : undefined;
    this.#office = office;
    this.#parts = parts;
  }

  get probe(): boolean {
    return this.#parts.pass.probe;
  }

  commit(nowMs: number): void {
    if (this.#given) return;
    this.#parts.health.commit(nowMs);
    this.#parts.pass.commit(nowMs);
  }

  succeed(nowMs: number, { usage }: FinishEvent): void {
    if (!this.#giveBack()) return;
    const { permit, pass, key, health } = this.#parts;
    const { keys, pool } = this.target.state;
    health.succeed(nowMs, usage?.outputTokens);
    pass.succeed(nowMs);
    if (pool === undefined) this.#office.cooldowns.succeeded(keys, nowMs);
    else pool.succeeded(key, nowMs);
    permit?.release(nowMs, totalTokens(usage));
    this.#office.onFreed(this.target);
  }

  fail(nowMs: number, error: ChatError): Cooldown | undefined {
    if (!this.#giveBack()) return undefined;
    const { permit, pass, key, health } = this.#parts;
    const { keys, pool } = this.target.state;
    const { code, retryAfterMs } = error;
    health.fail(nowMs, code);
    pass.fail(nowMs, code, this.#office.random);
    // What never reached the upstream counts in no minute; what it refused, it may have counted.
    if (error.sent === 'no' && errorPolicies[code].retrySame === 'if-not-sent') permit?.cancel();
    else permit?.release(nowMs);
    const cooldown =
      pool === undefined
        ? this.#office.cooldowns.record(keys, code, nowMs, retryAfterMs)
        : pool.record(key, code, nowMs, retryAfterMs);
    this.#office.onFreed(this.target);
    return cooldown;
  }

  abandon(nowMs: number): void {
    if (!this.#giveBack()) return;
    this.#parts.health.abort();
    this.#free(nowMs);
  }

  loseHedge(nowMs: number): void {
    if (!this.#giveBack()) return;
    this.#parts.health.loseHedge(nowMs);
    this.#free(nowMs);
  }

  #free(nowMs: number): void {
    this.#parts.pass.abandon();
    this.#parts.permit?.release(nowMs);
    this.#office.onFreed(this.target);
  }

  #giveBack(): boolean {
    if (this.#given) return false;
    this.#given = true;
    return true;
  }
}

function totalTokens(usage: FinishEvent['usage']): number | undefined {
  if (usage === undefined) return undefined;
  const { totalTokens, inputTokens, outputTokens } = usage;
  if (totalTokens !== undefined) return totalTokens;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}
