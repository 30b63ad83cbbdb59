import type { RouteDecision } from '@sluice/core';

/**
 * The route of a stream, a result, or an error of a registry; nothing if a provider was asked directly.
 *
 * @example
 * const stream = await registry.stream(request).catch((error) => {
 *   for (const { target, message } of routeOf(error)?.attempts ?? []) console.error(target, message);
 *   throw error;
 * });
 */
export function routeOf(value: unknown): RouteDecision | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { route } = value as { readonly route?: unknown };
  return isDecision(route) ? route : undefined;
}

function isDecision(value: unknown): value is RouteDecision {
  return typeof value === 'object' && value !== null && 'attempts' in value && Array.isArray(value.attempts);
}
