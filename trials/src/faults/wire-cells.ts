import type { Cell, Gap } from './cell.ts';
import { expectedFacts } from './expected-facts.ts';
import { places } from './facts.ts';
import { observers } from './in-place.ts';
import { rowsOfTheAnswer } from './rows/of-the-answer.ts';
import { rowsUntilTheAnswer } from './rows/until-the-answer.ts';
import { subjectNames, subjects } from './subjects.ts';
import { openWireCell } from './wire-cell.ts';
import type { WireRow } from './wire-row.ts';

/** Faults 1 to 56. */
export const wireRows: readonly WireRow[] = [...rowsUntilTheAnswer, ...rowsOfTheAnswer];

/** Each fault of the wire at each provider that can meet it, in each place. */
export const wireCells: readonly Cell[] = wireRows.flatMap((row) =>
  subjects
    .filter(({ name }) => row.cannot?.[name] === undefined)
    .flatMap((subject) =>
      places.map((place) => ({
        fault: row,
        subject: subject.name,
        place,
        expected: expectedFacts(row, subject, place),
        onlyFull: row.slow === true && place !== 'alone' && subject.name !== subjectNames[0],
        undisturbed: false,
        observe: (lane, full) => observers[place](openWireCell(row, subject, lane, full)),
      })),
    ),
);

export const wireGaps: readonly Gap[] = wireRows.flatMap((row) =>
  subjectNames.flatMap((subject) => {
    const why = row.cannot?.[subject];
    return why === undefined ? [] : [{ fault: row, subject, why }];
  }),
);

/** Where a provider's outcome is another than the others', and why. */
export const wireNotes: readonly Gap[] = wireRows.flatMap((row) =>
  subjectNames.flatMap((subject) => {
    const why = row.except?.[subject]?.why;
    return why === undefined ? [] : [{ fault: row, subject, why }];
  }),
);
