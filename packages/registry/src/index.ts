export { AllTargetsFailedError, type FailedAttempts } from './all-targets-failed-error.ts';
export type { RegistryCallOptions } from './call-choices.ts';
export {
  type AttemptEvent,
  type BreakerEvent,
  type CooldownEvent,
  channels,
  type EventChannel,
  type HedgeEvent,
  type QueueEvent,
  type ResumeEvent,
  type RouteEvent,
  type StreamEvent,
} from './channels.ts';
export { createRegistry } from './create-registry.ts';
export type { QueueConfig } from './engine.ts';
export { explain } from './explain.ts';
export type { BreakerState } from './health/breaker.ts';
export type { BreakerTuning } from './health/breaker-tuning.ts';
export type { BackoffConfig } from './limits/backoff.ts';
export type { RetryBudgetConfig } from './limits/retry-budget.ts';
export type { LimitsConfig } from './limits/target-limits.ts';
export type { ProviderModels } from './list-models.ts';
export { NoTargetError } from './no-target-error.ts';
export type { Member, NamedCredential, Registration } from './registration.ts';
export type { Registry, RegistryConfig, RetryConfig } from './registry.ts';
export { routeOf } from './route-of.ts';
export type { CapabilityMode, Condition, HedgeOptions, ResumeMode, RouteOptions } from './route-options.ts';
export type { RouteConfig } from './routes.ts';
export type { CredentialSnapshot, RegistrySnapshot, TargetSnapshot } from './snapshot.ts';
export { createMemoryStateStore } from './state/memory-state-store.ts';
export type { SharedChange, StateConnection, StateStore } from './state/state-store.ts';
export type { BalancedOptions } from './strategies/balanced.ts';
export type { StrategyName } from './strategies/by-name.ts';
export type { CanaryOptions } from './strategies/canary.ts';
export type { Ranked, RankInput, RankTarget, Strategy } from './strategies/rank.ts';
export type { StrategyOption } from './strategy-option.ts';
export type { TargetSettings } from './target-settings.ts';
export { systemTimers, type Timers } from './timers.ts';
