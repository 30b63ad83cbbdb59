import type { SimulationReport } from '../simulation-report.ts';

/** How a target came back after an outage. */
export interface Recovery {
  /** From the end of the outage until its breaker closed, in milliseconds; `Infinity` if it did not. */
  readonly afterMs: number;
  /** How long the breaker waited from one probe to the next by then, in milliseconds. */
  readonly periodMs: number;
  /** The target's share of the upstream calls in the first ten seconds after that, and in the busiest of them, 0 to 1. */
  readonly share: number;
  readonly peakShare: number;
}

/** Reads it from a report whose slices are a second wide. */
export function recoveryOf(report: SimulationReport, target: number, endedMs: number): Recovery {
  const id = report.targets[target]?.target;
  const steps = report.breakers.steps.filter((step) => step.target === id);
  const closed = steps.find(({ to, atMs }) => to === 'closed' && atMs >= endedMs);
  const closedMs = closed?.atMs ?? Number.POSITIVE_INFINITY;
  const periodMs =
    steps.findLast(({ openMs, atMs }) => openMs !== undefined && atMs <= closedMs)?.openMs ?? 0;
  const { widthMs, slices } = report.timeline;
  const first = Math.ceil(closedMs / widthMs);
  const after = Number.isFinite(first) ? slices.slice(first, first + 10) : [];
  const shares = after.map(({ calls }) => (calls[target] ?? 0) / Math.max(1, sum(calls)));
  const own = sum(after.map(({ calls }) => calls[target] ?? 0));
  return {
    afterMs: closedMs - endedMs,
    periodMs,
    share: own / Math.max(1, sum(after.map(({ calls }) => sum(calls)))),
    peakShare: Math.max(0, ...shares),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
