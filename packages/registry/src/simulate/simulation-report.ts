import type { ChatErrorCode } from '@sluice/core';
import type { BreakerState } from '../health/breaker.ts';
import type { Percentiles } from './histogram.ts';
import type { TargetReport } from './target-record.ts';
import type { TimelineSlice } from './timeline.ts';

/** A step of a target's breaker. */
export interface BreakerStep {
  readonly atMs: number;
  readonly target: string;
  readonly to: BreakerState;
  /** How long it stays open at least; only with `to: 'open'`. */
  readonly openMs?: number;
}

/** What a simulation found. Plain JSON, times in milliseconds; the same inputs and seed give the same bytes. */
export interface SimulationReport {
  readonly seed: number;
  readonly requests: number;
  readonly succeeded: number;
  /** 0 to 1. */
  readonly successRate: number;
  /** Requests that failed, by the code that the caller got. */
  readonly failed: { readonly [Code in ChatErrorCode]?: number };
  /** Those of them whose answer had begun. */
  readonly brokenOff: number;
  /** Until the last request ended. */
  readonly durationMs: number;
  /** From the request to its answer's beginning, waits and failed attempts included. */
  readonly firstTokenMs: Percentiles;
  /** From the request to the end of its answer; of those that ended well. */
  readonly totalMs: Percentiles;
  readonly attempts: {
    readonly upstreamCalls: number;
    /** Calls beyond the first of each request, as a share of the requests. */
    readonly extraShare: number;
    /** The most that one request made. */
    readonly most: number;
    /** Requests by the number of their attempts. */
    readonly distribution: { readonly [attempts: string]: number };
  };
  readonly hedges: { readonly begun: number; readonly won: number };
  /** Requests that waited for a place at a full target, and how long. */
  readonly queued: Percentiles;
  /** Attempts that waited before the same target was tried again, and how long. */
  readonly backoff: Percentiles;
  readonly targets: readonly TargetReport[];
  /** The first 200; `omitted` more. */
  readonly breakers: { readonly steps: readonly BreakerStep[]; readonly omitted: number };
  readonly timeline: { readonly widthMs: number; readonly slices: readonly TimelineSlice[] };
  /** What was not given back when everything was over: anything but 0 is a bug. */
  readonly leftOver: { readonly timers: number; readonly inFlight: number; readonly waiting: number };
}
