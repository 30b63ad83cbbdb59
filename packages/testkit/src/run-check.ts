import { openBench } from './bench.ts';
import type { CheckGroup, GroupedCheck } from './check.ts';
import { ConformanceFailure } from './conformance-failure.ts';
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
  /** It failed, as `declares.impossible` says that it must: with the reason that stands there, and what the check had to say. */
  | { readonly outcome: 'declared'; readonly reason: string; readonly message: string }
  /** With the reason that the provider's author or its capabilities give. */
  | { readonly outcome: 'not applicable'; readonly reason: string }
);

/** The longest that a check takes, as a multiple of the patience that it has for a single wait. */
const mostWaits = 10;

/** Runs a check on a bench of its own. Throws what the check throws. */
async function runCheck(check: GroupedCheck, subject: PreparedSubject): Promise<void> {
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

/** What a check came to, and what was thrown where it failed. */
export interface Verdict {
  readonly result: CheckResult;
  readonly error?: unknown;
}

/** Runs a check, unless it does not apply, and holds what became of it against what its author declares. */
export async function judgeCheck(check: GroupedCheck, subject: PreparedSubject): Promise<Verdict> {
  const { id, group, title } = check;
  const about = { id, group, title };
  const notApplicable = check.notApplicable?.(subject);
  if (notApplicable !== undefined) {
    return { result: { ...about, outcome: 'not applicable', reason: notApplicable } };
  }
  const thrown = await runCheck(check, subject).then(
    () => undefined,
    (error: unknown) => error ?? new Error('the check threw nothing'),
  );
  const reason = declaredImpossible(check, subject);
  if (reason === undefined) {
    return thrown === undefined ? { result: { ...about, outcome: 'passed' } } : failed(about, thrown);
  }
  if (thrown !== undefined) {
    return { result: { ...about, outcome: 'declared', reason, message: messageOf(thrown) } };
  }
  const stale = `declares.impossible says that this cannot be (${reason}), but it is: take the declaration away`;
  return failed(about, new ConformanceFailure(stale));
}

/** Why the author says that a check must fail. */
export function declaredImpossible(check: GroupedCheck, { declares }: PreparedSubject): string | undefined {
  const { impossible } = declares;
  return impossible && Object.hasOwn(impossible, check.id) ? impossible[check.id] : undefined;
}

function failed(about: Pick<CheckResult, 'id' | 'group' | 'title'>, error: unknown): Verdict {
  return { result: { ...about, outcome: 'failed', message: messageOf(error) }, error };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
