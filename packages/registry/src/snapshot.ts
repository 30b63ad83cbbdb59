import type { BreakerState } from './health/breaker.ts';
import type { CooldownScope, Cooldowns } from './health/cooldowns.ts';
import type { RetryBudget } from './limits/retry-budget.ts';
import type { Target } from './target.ts';

/** The most targets, and the most cooldowns, that a snapshot lists. */
const longestList = 1_000;

/** How one target stands. */
export interface TargetSnapshot {
  readonly target: string;
  readonly provider: string;
  /** Why it gets no requests by configuration, if so. */
  readonly disabled?: string;
  readonly inFlight: number;
  /** Requests that wait for a slot. */
  readonly queued: number;
  /** Share of the recent attempts that ended well, 0 to 1. */
  readonly successRate: number;
  /** Expected time to the first token, in milliseconds; 0 if it was never tried. */
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  readonly breaker: { readonly state: BreakerState; readonly opensInMs?: number };
  /** How long until its limits let a request through, in milliseconds; only where it has limits. */
  readonly limits?: { readonly inUse: number; readonly waitMs: number };
  /** Its keys by name, where it has several. */
  readonly credentials?: readonly CredentialSnapshot[];
}

/** How one of several keys stands. */
export interface CredentialSnapshot {
  readonly name: string;
  /** How long it still rests, in milliseconds; 0 if it can be used. */
  readonly forMs: number;
  /** Why it rests. */
  readonly code?: string;
}

/** How a registry stands. Plain JSON. */
export interface RegistrySnapshot {
  readonly registry: string;
  readonly targets: readonly TargetSnapshot[];
  /** Targets that are not listed. */
  readonly omitted: number;
  readonly cooldowns: readonly {
    readonly scope: CooldownScope;
    readonly key: string;
    readonly code: string;
    readonly forMs: number;
  }[];
  /** Whether an extra call could be paid for. */
  readonly budgets: { readonly retry: boolean; readonly hedge: boolean };
}

/** What a snapshot is taken of. */
export interface SnapshotInputs {
  readonly id: string;
  readonly targets: Iterable<Target>;
  readonly cooldowns: Cooldowns;
  readonly retryBudget: RetryBudget;
  readonly hedgeBudget: RetryBudget;
  readonly nowMs: number;
}

export function snapshotOf(inputs: SnapshotInputs): RegistrySnapshot {
  const { id, cooldowns, retryBudget, hedgeBudget, nowMs } = inputs;
  const targets: TargetSnapshot[] = [];
  let omitted = 0;
  for (const target of inputs.targets) {
    if (targets.length < longestList) targets.push(targetSnapshot(target, nowMs));
    else omitted += 1;
  }
  return {
    registry: id,
    targets,
    omitted,
    cooldowns: cooldowns
      .running(nowMs)
      .slice(0, longestList)
      .map(({ scope, key, code, untilMs }) => ({ scope, key, code, forMs: Math.round(untilMs - nowMs) })),
    budgets: { retry: retryBudget.has(nowMs), hedge: hedgeBudget.has(nowMs) },
  };
}

function targetSnapshot(target: Target, nowMs: number): TargetSnapshot {
  const { health, breaker, limits, queue, pool } = target.state;
  const state = breaker.state(nowMs);
  return {
    target: target.id,
    provider: target.provider,
    ...(target.disabled === undefined ? {} : { disabled: target.disabled }),
    inFlight: health.inFlight,
    queued: queue.length,
    successRate: rounded(health.successRate(nowMs), 3),
    firstTokenMs: rounded(health.firstTokenMs(nowMs), 1),
    tokensPerSecond: rounded(health.tokensPerSecond(nowMs), 1),
    breaker: state === 'open' ? { state, opensInMs: Math.ceil(breaker.untilMs - nowMs) } : { state },
    ...(limits === undefined
      ? {}
      : { limits: { inUse: limits.inUse, waitMs: Math.ceil(limits.waitMs(nowMs, 0)) } }),
    ...(pool === undefined
      ? {}
      : {
          credentials: pool.states(nowMs).map(({ label, untilMs, code }) => ({
            name: label,
            forMs: Math.max(0, Math.round(untilMs - nowMs)),
            ...(code === undefined ? {} : { code }),
          })),
        }),
  };
}

function rounded(value: number, places: number): number {
  return Math.round(value * 10 ** places) / 10 ** places;
}
