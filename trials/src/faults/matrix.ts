import { type Cell, type Gap, type Group, groups, type Judged } from './cell.ts';
import { runCells } from './run-cells.ts';
import { cleanUpScenarios } from './scenarios/clean-up.ts';
import { doorScenarios } from './scenarios/door.ts';
import { guardScenarios } from './scenarios/guards.ts';
import { leavingScenarios } from './scenarios/leaving.ts';
import { memoryScenario } from './scenarios/memory.ts';
import { readingScenarios } from './scenarios/reading.ts';
import { routingScenarios } from './scenarios/routing.ts';
import { cellsOf, gapsOf } from './stage.ts';
import { wireCells, wireGaps } from './wire-cells.ts';

const scenarios = [
  memoryScenario,
  ...leavingScenarios,
  ...readingScenarios,
  ...cleanUpScenarios,
  ...routingScenarios,
  ...guardScenarios,
  ...doorScenarios,
];

/** Every fault at every provider in every place where it can be met. */
export const matrix: readonly Cell[] = [...wireCells, ...cellsOf(scenarios)];

/** Where it can't be, and why. */
export const gaps: readonly Gap[] = [...wireGaps, ...gapsOf(scenarios)];

/** Looks at the cells of some groups. Without `full`, at sizes and in places that suit a test suite. */
export function runGroups(names: readonly Group[], full: boolean): Promise<readonly Judged[]> {
  const chosen = matrix.filter(({ fault, onlyFull }) => names.includes(fault.group) && (full || !onlyFull));
  return runCells(chosen, full);
}

/** What the page tells of: the same whether the sizes were full or not. */
export function withoutFull(judged: readonly Judged[]): readonly Judged[] {
  const suite = new Set(
    matrix
      .filter(({ onlyFull }) => !onlyFull)
      .map(({ fault, subject, place }) => keyOf(fault, subject, place)),
  );
  return judged.filter(({ fault, subject, place }) => suite.has(keyOf(fault, subject, place)));
}

function keyOf({ number, fault, variant }: Cell['fault'], subject: string, place: string): string {
  return [number, fault, variant, subject, place].join('\n');
}

/** The numbers of a fault or of a range: `9-20`. */
export function numbersIn(range: string): readonly number[] {
  const [from = 0, to = from] = range.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, each) => from + each);
}

/** Every number of the list of faults. */
export const allNumbers: readonly number[] = groups.flatMap(([, range]) => numbersIn(range));
