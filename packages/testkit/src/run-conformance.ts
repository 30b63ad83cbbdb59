import { allChecks } from './all-checks.ts';
import type { GroupedCheck } from './check.ts';
import { inBatches } from './in-batches.ts';
import { type ConformanceReport, createReport } from './report.ts';
import { type CheckResult, judgeCheck } from './run-check.ts';
import { prepareSubject, type Subject } from './subject.ts';

/** Which checks to run, and how. */
export interface RunOptions {
  /** By id. Default: all. */
  readonly only?: readonly string[];
  /** How many run at the same time. Default 1. */
  readonly atOnce?: number;
}

/**
 * Runs the checks without a test framework and answers with the report. Throws a `TypeError` where the
 * subject is not described well enough.
 *
 * @example
 * const { failed, results } = await runConformance({ create, upstream });
 */
export async function runConformance(subject: Subject, options: RunOptions = {}): Promise<ConformanceReport> {
  const prepared = prepareSubject(subject);
  const chosen = allChecks.filter(({ id }) => options.only?.includes(id) ?? true);
  const results = new Map<string, CheckResult>();
  const run = async (check: GroupedCheck): Promise<void> => {
    const { result } = await judgeCheck(check, prepared);
    results.set(check.id, result);
  };
  const together = chosen.filter(({ alone }) => !alone);
  await inBatches(together.length, (index) => run(together[index] as GroupedCheck), options.atOnce ?? 1);
  for (const check of chosen) if (check.alone) await run(check);
  return createReport(
    prepared.name,
    chosen.map(({ id }) => results.get(id)).filter((result) => result !== undefined),
  );
}
