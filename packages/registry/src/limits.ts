import type { CallOptions, Timeouts } from '@sluice/core';

/** The limits of a call: what it says itself, then the registry's. What neither says is left to the provider. */
export function limitsOf({ timeout }: CallOptions, defaults: Timeouts): Timeouts {
  return { ...defaults, ...(typeof timeout === 'number' ? { total: timeout } : timeout) };
}

/** The same limits for an attempt that begins later: one deadline holds over all attempts, so each gets what is left of it. */
export function remaining(limits: Timeouts, spentMs: number): Timeouts {
  const { total } = limits;
  if (total === undefined || total <= 0 || total === Number.POSITIVE_INFINITY) return limits;
  return { ...limits, total: Math.max(1, total - spentMs) };
}
