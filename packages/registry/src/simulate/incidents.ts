import type { ChatErrorCode } from '@sluice/core';

/** How an outage looks from outside. `refused`: connections are refused. `unreachable`: they time out. `silent`: it takes requests and never answers. */
export type OutageKind = 'refused' | 'unreachable' | 'silent';

/** When something holds: from one moment of the simulation to another, in milliseconds; with `flaps` on and off in turns. */
export interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Within the period it holds for `onMs`, then not for `offMs`, and so on. */
  readonly flaps?: { readonly onMs: number; readonly offMs: number };
}

/** What befalls a target for a while. */
export type Incident =
  /** It is down; answers under way break off. Default `refused`. */
  | ({ readonly kind: 'outage'; readonly how?: OutageKind } & Period)
  /** Everything takes `factor` times as long. */
  | ({ readonly kind: 'slow'; readonly factor: number } & Period)
  /** A share of the calls (0 to 1) fails with `code` before it answers. */
  | ({ readonly kind: 'failing'; readonly code: ChatErrorCode; readonly share: number } & Period);

/** Whether a period holds at a moment. */
export function holdsAt({ fromMs, untilMs, flaps }: Period, atMs: number): boolean {
  if (atMs < fromMs || atMs >= untilMs) return false;
  return flaps === undefined || (atMs - fromMs) % (flaps.onMs + flaps.offMs) < flaps.onMs;
}

/** When a period that does not hold begins to hold; `Infinity` if it does not any more. */
export function nextStartMs(period: Period, afterMs: number): number {
  const { fromMs, untilMs, flaps } = period;
  if (afterMs < fromMs) return fromMs;
  if (flaps === undefined) return Number.POSITIVE_INFINITY;
  const turnMs = flaps.onMs + flaps.offMs;
  const startMs = fromMs + (Math.floor((afterMs - fromMs) / turnMs) + 1) * turnMs;
  return startMs < untilMs ? startMs : Number.POSITIVE_INFINITY;
}

/** Throws a `TypeError` that begins with `path`. */
export function checkPeriod({ fromMs, untilMs, flaps }: Period, path: string): void {
  if (!(fromMs >= 0 && untilMs > fromMs)) {
    throw new TypeError(`${path}: fromMs must be from 0, and untilMs later, got ${fromMs} to ${untilMs}`);
  }
  if (flaps && !(flaps.onMs > 0 && flaps.offMs > 0)) {
    throw new TypeError(`${path}.flaps: onMs and offMs must be more than 0`);
  }
}
