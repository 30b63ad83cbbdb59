import { type CredentialPool, createCredentialPool } from './credentials/credential-pool.ts';
import { type Breaker, type BreakerSettings, createBreaker } from './health/breaker.ts';
import type { CooldownKeys, Cooldowns } from './health/cooldowns.ts';
import { createTargetHealth, type TargetHealth } from './health/target-health.ts';
import { createTargetLimits, type LimitsSettings, type TargetLimits } from './limits/target-limits.ts';
import type { Member } from './registration.ts';
import { SlotQueue } from './slot-queue.ts';
import type { TargetSettings } from './target-settings.ts';
import type { Timers } from './timers.ts';

/** What is known of one target, beside what is configured. */
export interface TargetState {
  readonly health: TargetHealth;
  readonly breaker: Breaker;
  /** Nothing where nothing is limited. */
  readonly limits: TargetLimits | undefined;
  /** Slots, for who waits only for those; `Infinity` where they are not limited. */
  readonly concurrency: number;
  readonly queue: SlotQueue;
  /** Under which names its failures are booked. */
  readonly keys: CooldownKeys;
  /** Nothing where there is one key: that one is among `keys`. */
  readonly pool: CredentialPool | undefined;
}

/** What all targets of a registry share. */
export interface SharedState {
  readonly timers: Timers;
  readonly cooldowns: Cooldowns;
  readonly breakers: BreakerSettings;
  readonly limits: LimitsSettings;
}

/** The state of a target that nothing has happened to. */
export function createTargetState(
  id: string,
  member: Member,
  settings: TargetSettings,
  shared: SharedState,
): TargetState {
  const names = member.credentials.map(({ name }) => ({ id: `${member.id}/${name}`, label: name }));
  const several = names.length > 1;
  const keys: CooldownKeys = {
    provider: member.id,
    model: id,
    target: id,
    ...(several ? {} : { credential: names[0]?.id ?? member.id }),
  };
  return {
    health: createTargetHealth(),
    breaker: createBreaker(id, shared.breakers),
    limits: settings.limits && createTargetLimits(id, settings.limits, shared.limits),
    concurrency: settings.limits?.concurrency ?? Number.POSITIVE_INFINITY,
    queue: new SlotQueue(shared.timers),
    keys,
    pool: several
      ? createCredentialPool({ keys, credentials: names, cooldowns: shared.cooldowns })
      : undefined,
  };
}
