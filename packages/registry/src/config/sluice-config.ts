import type { Timeouts } from '@sluice/core';
import type { QueueConfig } from '../engine.ts';
import type { BreakerTuning } from '../health/breaker-tuning.ts';
import type { RetryBudgetConfig } from '../limits/retry-budget.ts';
import type { LimitsConfig } from '../limits/target-limits.ts';
import type { RetryConfig } from '../registry.ts';
import type { RouteOptions } from '../route-options.ts';
import type { BalancedOptions } from '../strategies/balanced.ts';
import type { StrategyName } from '../strategies/by-name.ts';
import type { CanaryOptions } from '../strategies/canary.ts';
import type { TargetSettings } from '../target-settings.ts';
import type { ConditionConfig } from './condition.ts';

/**
 * What stands in `sluice.config.{ts,js,mjs,json}`: plain data, without credentials. `docs/configuration.md` has the reference.
 */
export interface SluiceConfig extends RouteOptions {
  /** Where editors find the JSON Schema. */
  readonly $schema?: string;
  /** Providers by the names under which requests reach them, in the order of preference; at least one. */
  readonly providers: { readonly [name: string]: ProviderConfig };
  /** Names of your own for lists of targets. A list alone is `{ targets }`. */
  readonly routes?: { readonly [name: string]: RouteEntry | readonly string[] };
  /** Where requests without a model go: a route, `provider:model`, a provider, a model, or a list of the last three. Default: the first provider. */
  readonly default?: string | readonly string[];
  /** In which order targets are tried where a route says nothing. Default `balanced`. */
  readonly strategy?: StrategyConfig;
  /** Limits of a call in milliseconds; one number is `total`. Default: the providers' own, and no `total`. */
  readonly timeout?: number | Timeouts;
  /** Limits of every target whose provider has none of its own. */
  readonly limits?: LimitsConfig;
  /** When and how often the same target is tried again, and how many extra calls there may be. */
  readonly retry?: RetryConfig;
  /** When the breaker of a target opens and closes. */
  readonly breaker?: Partial<BreakerTuning>;
  /** How requests wait for the last target that is left, if it is full. */
  readonly queue?: QueueConfig;
  /** How many hedges there may be. Default: 10 % of the requests, and one every two seconds. */
  readonly hedgeBudget?: RetryBudgetConfig;
  /** Packages whose code may be loaded beside `@sluice/provider-*`: names, or names of one scope (`@acme/*`). */
  readonly allow?: readonly string[];
  /** Seed of all randomness in routing, for runs that can be repeated. Default: another one each time. */
  readonly seed?: number;
  /** Settings of the HTTP door, which `@sluice/gateway` checks. */
  readonly server?: { readonly [key: string]: unknown };
}

/** One provider under one name. Weight, price and limits hold for each of its models. */
export interface ProviderConfig extends TargetSettings {
  /** The provider's id, as its manifest says, or its package. Default: the name. */
  readonly use?: string;
  /** Options of the provider, as its manifest describes them. No credentials. */
  readonly options?: { readonly [name: string]: unknown };
  /** The environment variable that holds the key. It becomes the provider's option `apiKey`. */
  readonly apiKeyEnv?: string;
  /** Environment variables that hold several keys, which are used in turn. A key that is refused rests while the others serve. */
  readonly keysEnv?: readonly string[];
  /** Other options whose values come from environment variables: `{ "headers.cookie": "CHAT_COOKIE" }`. */
  readonly optionsEnv?: { readonly [option: string]: string };
  /** Model ids that a bare model name finds here. Default: those in `options.models`, else the manifest's. */
  readonly models?: readonly string[];
  /** Other names for model ids. */
  readonly aliases?: { readonly [alias: string]: string };
  /** What the provider's name alone stands for. Default: the one in `options.defaultModel`, else the manifest's. */
  readonly defaultModel?: string;
  /** Settings of single models, by model id; they win over the provider's. */
  readonly modelSettings?: { readonly [model: string]: TargetSettings };
}

/** A name of one's own for a list of targets, and how they are chosen from. */
export interface RouteEntry extends RouteOptions {
  /** `provider:model`, `provider`, or a bare model, which stands for every provider that has it. Not another route. */
  readonly targets: readonly string[];
  /** Targets that are tried when none of the others is left, in this order. Not together with `sticky`. */
  readonly fallback?: readonly string[];
  /** Default: the strategy of the whole configuration. */
  readonly strategy?: StrategyConfig;
  /** Keeps requests of one user (`true`), or with one value of a metadata field, at the same target. */
  readonly sticky?: boolean | StickyConfig;
  /** A target on trial, by its id `provider:model`, and its share of the requests. */
  readonly canary?: CanaryOptions;
  /** Which requests a target takes, by its name in `targets` or `fallback`. Default: all. */
  readonly conditions?: { readonly [target: string]: ConditionConfig };
}

/** The metadata field whose value requests are kept together by. */
export interface StickyConfig {
  readonly metadata: string;
}

/** A strategy by its name, or by its name with options. */
export type StrategyConfig =
  | StrategyName
  | ({ readonly name: 'balanced' } & BalancedOptions)
  | { readonly name: Exclude<StrategyName, 'balanced'> };

/**
 * Gives a configuration in TypeScript or JavaScript its types. It is checked when it is loaded.
 *
 * @example
 * export default defineConfig({
 *   providers: { local: { use: 'openai-compatible', options: { baseURL: 'http://127.0.0.1:8080/v1' } } },
 * });
 */
export function defineConfig(config: SluiceConfig): SluiceConfig {
  return config;
}
