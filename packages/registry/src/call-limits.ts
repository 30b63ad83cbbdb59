import type { CallOptions, Timeouts } from '@sluice/core';

/** Where nobody says anything of limits. */
export const noLimits: Timeouts = {};

/** The limits of a call: what it says itself, then the registry's. What neither says is left to the provider. */
export function limitsOf({ timeout }: CallOptions, defaults: Timeouts): Timeouts {
  if (timeout === undefined) return defaults;
  return { ...defaults, ...(typeof timeout === 'number' ? { total: timeout } : timeout) };
}

/** The deadline over all attempts, in milliseconds; `Infinity` for none. */
export function totalOf({ total }: Timeouts): number {
  return total === undefined || total <= 0 ? Number.POSITIVE_INFINITY : total;
}

/**
 * The same limits for one attempt. One deadline holds over all attempts, so each gets what is left of it; and until its first
 * token it gets its share of that.
 */
export function limitsOfAttempt(limits: Timeouts, leftMs: number, shareMs: number): Timeouts {
  if (leftMs === Number.POSITIVE_INFINITY) return limits;
  const { firstToken } = limits;
  const own = firstToken === undefined || firstToken <= 0 ? Number.POSITIVE_INFINITY : firstToken;
  const capped = Math.min(own, shareMs);
  return {
    ...limits,
    total: Math.max(1, leftMs),
    // As long as the deadline itself it says nothing of its own.
    ...(capped < leftMs ? { firstToken: Math.max(1, capped) } : {}),
  };
}
