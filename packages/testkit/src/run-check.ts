import { openBench } from './bench.ts';
import type { CheckGroup, GroupedCheck } from './check.ts';
import type { PreparedSubject } from './subject.ts';
import { within } from './within.ts';

/** What became of a check. */
export type CheckResult = {
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
} & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly message: string }
  /** With the reason that the provider's author or its capabilities give. */
  | { readonly outcome: 'not applicable'; readonly reason: string }
);

/** The longest that a check takes, as a multiple of the patience that it has for a single wait. */
const mostWaits = 10;

/** Runs a check on a bench of its own. Throws what the check throws. */
export async function runCheck(check: GroupedCheck, subject: PreparedSubject): Promise<void> {
  const patienceMs = subject.patienceMs * (check.waitsLonger ?? 1);
  const bench = await openBench({ ...subject, patienceMs });
  try {
    // A turn later: the timer of this wait is there before the check counts timers.
    const running = Promise.resolve().then(() => check.run(bench));
    await within(patienceMs * mostWaits, 'the check as a whole', running);
  } finally {
    await bench.close();
  }
}

/** What a check came to, if it has not thrown. */
export function resultOf(check: GroupedCheck, subject: PreparedSubject, error?: unknown): CheckResult {
  const { id, group, title } = check;
  const reason = check.notApplicable?.(subject);
  if (reason !== undefined) return { id, group, title, outcome: 'not applicable', reason };
  if (error === undefined) return { id, group, title, outcome: 'passed' };
  const message = error instanceof Error ? error.message : String(error);
  return { id, group, title, outcome: 'failed', message };
}
