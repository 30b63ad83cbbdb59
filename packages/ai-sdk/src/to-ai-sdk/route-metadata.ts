import type { JSONObject } from '@ai-sdk/provider';
import type { RouteDecision } from '@sluice/core';

/** Who answered, or who failed to. */
export interface Served {
  /** Id of the provider. */
  readonly provider: string;
  readonly model?: string | undefined;
  /** There if a registry chose. */
  readonly route?: RouteDecision | undefined;
}

/** What a result says of its way here, as plain JSON: who answered, and each attempt that was made for it. */
export function routeMetadata({ provider, model, route }: Served): JSONObject {
  return {
    provider,
    ...(model === undefined ? {} : { model }),
    ...(route === undefined
      ? {}
      : {
          requested: route.requested,
          strategy: route.strategy,
          ...(route.target === undefined ? {} : { target: route.target }),
          attempts: route.attempts.map((attempt) => ({ ...attempt })),
        }),
  };
}

/** The route that a registry left on its error; nothing if a provider was asked directly. */
export function routeOf(error: unknown): RouteDecision | undefined {
  const { route } = error as { readonly route?: Partial<RouteDecision> };
  return Array.isArray(route?.attempts) ? (route as RouteDecision) : undefined;
}
