import type { CallOptions, ChatProvider, ChatRequest, RouteDecision, Timeouts } from '@sluice/core';
import type { ProviderModels } from './list-models.ts';
import type { Member, Registration } from './registration.ts';
import type { RouteConfig } from './routes.ts';

/** What a registry is made of. */
export interface RegistryConfig {
  /** Providers in the order of preference. A manifest, models or aliases given beside one make its models findable by their bare names. */
  readonly providers: readonly (ChatProvider | Registration)[];
  /** Names of your own for ordered lists of targets. A list alone is `{ targets }`. */
  readonly routes?: { readonly [name: string]: RouteConfig | readonly string[] };
  /** Where requests without a model go: a route, `provider:model`, a provider, a model, or a list of the last three. Default: the first provider. */
  readonly default?: string | readonly string[];
  /** The most targets that one request tries. Default 3. */
  readonly maxAttempts?: number;
  /**
   * Limits in milliseconds that hold where a call says nothing; one number is `total`. `total` is one deadline over all
   * attempts, the others hold for each of them. Default: the providers' own, and no `total`.
   */
  readonly timeout?: number | Timeouts;
  /** What follows when a target's content filter refuses: `fail` ends the call, `next` asks the next target. Default `fail`. */
  readonly onContentFilter?: 'fail' | 'next';
  /** Default `registry`. */
  readonly id?: string;
}

/** Several providers behind one: it can stand wherever a provider can. */
export interface Registry extends ChatProvider {
  /** The registered providers with their names settled, in order. */
  readonly providers: readonly Member[];
  /** The names of the configured routes. */
  readonly routes: readonly string[];
  /**
   * Where a request would go and why, without sending anything. Lists at most 64 targets. If every target refuses the request,
   * `plan` is empty and `candidates` tell why. Throws `invalid-request`, or `NoTargetError` for a name that nobody has.
   */
  plan(request: ChatRequest): RouteDecision;
  /** Asks all providers at once and tells each one's models or failure. */
  listModelsByProvider(options?: CallOptions): Promise<readonly ProviderModels[]>;
}
