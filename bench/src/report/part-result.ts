import type { Machine } from '../machine.ts';
import type { Spread } from './statistics.ts';

/** One figure of one subject. */
export interface Figure {
  /** Its name, as in the data: `cpu`. */
  readonly metric: string;
  /** What is counted and in which unit: `CPU µs a token`. */
  readonly title: string;
  readonly value: Spread;
  /** Round by round against the floor. */
  readonly toFloor?: Spread;
}

/** Who was measured. */
export interface SubjectResult {
  readonly subject: string;
  readonly figures: readonly Figure[];
}

/** One workload, everybody measured on it in turn. */
export interface WorkloadResult {
  readonly workload: string;
  readonly title: string;
  readonly rounds: number;
  readonly subjects: readonly SubjectResult[];
}

/** A target of the specification, and what came out. */
export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** One part of the benchmark, run at one time on one machine. */
export interface PartResult {
  readonly part: string;
  /** ISO 8601. */
  readonly takenAt: string;
  readonly machine: Machine;
  readonly versions: { readonly [name: string]: string };
  readonly workloads: readonly WorkloadResult[];
  readonly verdicts: readonly Verdict[];
  /** What has no workload: already a table. */
  readonly extra?: { readonly markdown: string; readonly data: unknown };
}
