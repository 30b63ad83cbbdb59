import type { Judged } from './cell.ts';
import { differences, type Facts, type Place, sameFacts } from './facts.ts';
import type { SubjectName } from './subjects.ts';

/** A cell that is known to be wrong: it is listed with what happens instead, and why it stays so for now. */
export interface KnownBad extends Pick<Judged, 'seen'> {
  readonly number: string;
  readonly fault: string;
  readonly variant?: string;
  readonly subject: SubjectName;
  readonly place: Place;
  readonly why: string;
}

/** What is wrong today. */
export const knownBad: readonly KnownBad[] = [];

/** What is wrong with these results, in words: what nobody expected, and what is listed as wrong and is not any more. */
export function problemsOf(
  judged: readonly Judged[],
  known: readonly KnownBad[] = knownBad,
): readonly string[] {
  return judged.flatMap((each) => {
    const entry = known.find((bad) => isAbout(bad, each));
    const wanted: Facts = entry?.seen ?? each.expected;
    if (sameFacts(wanted, each.seen)) return [];
    const { fault, subject, place } = each;
    const form = fault.variant === undefined ? '' : ` (${fault.variant})`;
    const where = `${fault.number} ${fault.fault}${form}, ${subject}, ${place}`;
    return sameFacts(each.expected, each.seen)
      ? [`${where}: is right now; take it off the list in known-bad.ts`]
      : [`${where}: ${differences(wanted, each.seen)}`];
  });
}

function isAbout(bad: KnownBad, { fault, subject, place }: Judged): boolean {
  return (
    bad.number === fault.number &&
    bad.fault === fault.fault &&
    bad.variant === fault.variant &&
    bad.subject === subject &&
    bad.place === place
  );
}
