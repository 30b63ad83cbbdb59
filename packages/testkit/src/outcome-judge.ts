import { ChatError, type ChatErrorCode } from '@sluice/core';
import { type Bench, describeError, type Outcome, sayings } from './bench.ts';
import { must, mustEqual } from './conformance-failure.ts';

/** The failure of a call: a `ChatError` with one of these codes that names its provider. */
export function mustFail(
  bench: Bench,
  outcome: Outcome,
  codes: ChatErrorCode | readonly ChatErrorCode[],
  when: string,
): ChatError {
  const allowed = typeof codes === 'string' ? [codes] : codes;
  const wanted = allowed.join(' or ');
  must(outcome.error !== undefined, () => `${when}: expected ${wanted}, got ${describeOutcome(outcome)}`);
  const { error } = outcome;
  must(ChatError.is(error), () => `${when}: expected a ChatError (${wanted}), got ${describeError(error)}`);
  must(allowed.includes(error.code), () => `${when}: expected ${wanted}, got ${describeError(error)}`);
  const { names } = bench.subject;
  must(
    error.provider !== undefined && names.includes(error.provider),
    () => `${when}: the error must name its provider, ${names.join(' or ')}, got ${String(error.provider)}`,
  );
  return error;
}

/** The failure of an answer that had begun carries what had arrived: at least the first piece. */
export function mustCarryText(error: ChatError, when: string): void {
  must(
    (error.partial?.text ?? '').startsWith((sayings[0] ?? '').trimEnd()),
    `the error of ${when} must carry the text that had arrived (partial)`,
  );
}

/** The upstream had the request: whoever reads `no` would ask again, and the work would be done twice. */
export function mustNotSayUnsent({ sent }: ChatError, when: string): void {
  must(sent !== 'no', `${when}: the upstream had the request, so sent must be maybe or yes, got no`);
}

/** Who answered: the provider itself, or one of those to whom it hands its calls on. */
export function mustName(bench: Bench, named: string | undefined, what: string): void {
  const { names } = bench.subject;
  if (named === undefined || !names.includes(named)) mustEqual(named, names[0], what);
}

/** The failure of a call before its answer has begun: `stream()` itself rejects. */
export function mustReject(
  bench: Bench,
  outcome: Outcome,
  codes: ChatErrorCode | readonly ChatErrorCode[],
  when: string,
): ChatError {
  must(
    !outcome.opened,
    () => `${when}: stream() must reject, but it resolved, and reading gave ${describeOutcome(outcome)}`,
  );
  return mustFail(bench, outcome, codes, when);
}

/** A call that came to a good end. Whether it did so once is a check of its own. */
export function mustSucceed(outcome: Outcome, when: string): void {
  must(outcome.error === undefined, () => `${when}: expected an answer, got ${describeError(outcome.error)}`);
  const finished = outcome.events.some(({ type }) => type === 'finish');
  must(finished, () => `${when}: the answer ended without a finish event`);
}

/** One finish, the last event, and nothing after it. */
export function mustEndOnce(outcome: Outcome, when: string): void {
  mustSucceed(outcome, when);
  const finishes = outcome.events.filter(({ type }) => type === 'finish').length;
  must(finishes === 1, () => `${when}: expected one finish, got ${finishes}`);
  const last = outcome.events.at(-1)?.type;
  must(last === 'finish', () => `${when}: the last event must be its finish, got ${last}`);
  must(outcome.afterEnd.length === 0, () => `${when}: after the end came ${outcome.afterEnd[0]?.type}`);
}

/** What came of a call, in words. */
export function describeOutcome({ error, events, text }: Outcome): string {
  if (error !== undefined) return describeError(error);
  const last = events.at(-1);
  return `an answer of ${text.length} characters that ended with ${last?.type === 'finish' ? `finish (${last.reason})` : (last?.type ?? 'nothing')}`;
}
