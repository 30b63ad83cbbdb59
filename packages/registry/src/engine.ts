import type { Timeouts } from '@sluice/core';
import type { RegistryEvent } from './channels.ts';
import type { LeaseOffice } from './lease.ts';
import type { BackoffConfig } from './limits/backoff.ts';
import type { RetryBudget } from './limits/retry-budget.ts';
import type { Timers } from './timers.ts';

/** How requests wait for a target that is full, when no other is left. */
export interface QueueConfig {
  /** The most that wait at one target; who comes then is refused with `saturated`. 0 lets nobody wait. Default 100. */
  readonly maxWaiting?: number;
  /** The longest wait, in milliseconds, within the deadline. Default 30 s. */
  readonly maxWaitMs?: number;
}

/** What all calls of a registry share. */
export interface Engine extends LeaseOffice {
  /** Id of the registry. */
  readonly id: string;
  /** Whose events these are. */
  readonly origin: RegistryEvent;
  readonly timers: Timers;
  /** The limits that hold where a call says nothing. */
  readonly timeouts: Timeouts;
  readonly retryBudget: RetryBudget;
  readonly hedgeBudget: RetryBudget;
  readonly backoff: BackoffConfig;
  /** The longest wait before the same target is tried again, in milliseconds, where the deadline allows more. */
  readonly maxRetryWaitMs: number;
  readonly queue: Required<QueueConfig>;
}
