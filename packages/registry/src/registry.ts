import type { CallOptions, ChatProvider, ChatRequest, RouteDecision, Timeouts } from '@sluice/core';
import type { QueueConfig } from './engine.ts';
import type { BreakerTuning } from './health/breaker-tuning.ts';
import type { BackoffConfig } from './limits/backoff.ts';
import type { RetryBudgetConfig } from './limits/retry-budget.ts';
import type { ProviderModels } from './list-models.ts';
import type { Member, Registration } from './registration.ts';
import type { RouteOptions } from './route-options.ts';
import type { RouteConfig } from './routes.ts';
import type { RegistrySnapshot } from './snapshot.ts';
import type { StateStore } from './state/state-store.ts';
import type { StrategyOption } from './strategy-option.ts';
import type { Timers } from './timers.ts';

/** When and how often the same target is tried again. */
export interface RetryConfig extends BackoffConfig {
  /** The longest wait before the same target is tried again, in milliseconds, also where `Retry-After` and the deadline allow more; 0 for never. Default 10 s. */
  readonly maxWaitMs?: number;
  /**
   * How many extra calls there may be, over all requests of the registry: tries of the same target, and of others that fail often
   * themselves. Default: 20 % of the requests, and one a second.
   */
  readonly budget?: RetryBudgetConfig;
}

/** What a registry is made of. Route options given here hold for every route that does not have its own. */
export interface RegistryConfig extends RouteOptions {
  /** Providers in the order of preference. A manifest, models or aliases given beside one make its models findable by their bare names. */
  readonly providers: readonly (ChatProvider | Registration)[];
  /** Names of your own for lists of targets. A list alone is `{ targets }`. */
  readonly routes?: { readonly [name: string]: RouteConfig | readonly string[] };
  /** Where requests without a model go: a route, `provider:model`, a provider, a model, or a list of the last three. Default: the first provider. */
  readonly default?: string | readonly string[];
  /** In which order targets are tried, where a route says nothing. Default `balanced`. */
  readonly strategy?: StrategyOption;
  /**
   * Limits in milliseconds that hold where a call says nothing; one number is `total`. `total` is one deadline over all
   * attempts, the others hold for each of them. Default: the providers' own, and no `total`.
   */
  readonly timeout?: number | Timeouts;
  readonly retry?: RetryConfig;
  /** When the breaker of a target opens and closes. */
  readonly breaker?: Partial<BreakerTuning>;
  /** How requests wait for the last target that is left, if it is full. */
  readonly queue?: QueueConfig;
  /** How many hedges there may be. Default: 10 % of the requests, and one every two seconds. */
  readonly hedgeBudget?: RetryBudgetConfig;
  /** The same seed and the same upstreams give the same choices. Default: drawn at the start. */
  readonly seed?: number;
  /** Random numbers of your own, from 0 to below 1; wins over `seed`. */
  readonly random?: () => number;
  /** A clock of your own, for tests and simulations. Default: the machine's. */
  readonly timers?: Timers;
  /** Where several processes tell each other what rests, which breakers are open and what was used. Never waited for. Default: none. */
  readonly stateStore?: StateStore;
  /** Default `registry`. */
  readonly id?: string;
}

/** Several providers behind one: it can stand wherever a provider can. */
export interface Registry extends ChatProvider {
  /** Its number in this process, from 1 on: ids may be the same. Events on `diagnostics_channel` carry it. */
  readonly instance: number;
  /** The registered providers with their names settled, in order. */
  readonly providers: readonly Member[];
  /** The names of the configured routes. */
  readonly routes: readonly string[];
  /**
   * Where a request would go now and why, without sending anything: the decision that a call in this moment would carry. It
   * changes nothing: no turn is taken, no number drawn, no probe begun. Lists at most 64 targets. If every target refuses the
   * request, `plan` is empty and `candidates` tell why. Throws `invalid-request`, or `NoTargetError` for a name that nobody has.
   */
  plan(request: ChatRequest): RouteDecision;
  /** How every target stands: plain JSON, without keys, of at most 1,000 targets. */
  snapshot(): RegistrySnapshot;
  /** Asks all providers at once and tells each one's models or failure. */
  listModelsByProvider(options?: CallOptions): Promise<readonly ProviderModels[]>;
}
