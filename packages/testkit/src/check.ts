import type { Bench } from './bench.ts';
import type { DeclarationName, PreparedSubject } from './subject.ts';

/** What a check is about. */
export type CheckGroup =
  | 'contract'
  | 'commit point'
  | 'truncation'
  | 'errors'
  | 'timeouts'
  | 'cancellation'
  | 'concurrency'
  | 'framing'
  | 'resources'
  | 'redaction'
  | 'models'
  | 'requests'
  | 'transport'
  | 'capabilities';

/** One rule, held against a provider on a bench of its own. */
export interface Check {
  /** Stable: reports and badges name it. */
  readonly id: string;
  /** The behaviour, as a user would notice it. */
  readonly title: string;
  /** Why it does not apply to this subject; nothing where it does. */
  readonly notApplicable?: (subject: PreparedSubject) => string | undefined;
  /** It looks at the whole process, or at its pace, so that nothing else may run beside it. */
  readonly alone?: true;
  /** By how much each of its waits may be longer than others', because much happens at once. */
  readonly waitsLonger?: number;
  /** Throws a `ConformanceFailure` that says what is wrong. */
  run(bench: Bench): Promise<void>;
}

/** A check in its group. */
export interface GroupedCheck extends Check {
  readonly group: CheckGroup;
}

/** Does not apply where the author declares so. */
export function unlessDeclared(...names: readonly DeclarationName[]): NonNullable<Check['notApplicable']> {
  return ({ declares }) => names.map((name) => declares[name]).find((reason) => reason !== undefined);
}
