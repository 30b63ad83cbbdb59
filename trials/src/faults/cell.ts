import type { Facts, Place } from './facts.ts';
import type { Lane } from './lane.ts';
import type { SubjectName } from './subjects.ts';

/** The groups of faults, in the order of the list, with their numbers. */
export const groups = [
  ['connect', '1-4'],
  ['headers', '5-8'],
  ['status', '9-20'],
  ['redirect', '21-24'],
  ['wrong 200', '25-32'],
  ['framing', '33-44'],
  ['mid-stream', '45-52'],
  ['size', '53-56'],
  ['caller', '57-64'],
  ['clean-up', '65-70'],
  ['registry', '71-76'],
  ['gateway', '77-84'],
] as const;

export type Group = (typeof groups)[number][0];

/** What a fault is called on the page. */
export interface Fault {
  /** Its number in the list of faults, or the range that it is in. */
  readonly number: string;
  readonly group: Group;
  /** The fault in words. */
  readonly fault: string;
  /** Its form in words, where it has several. */
  readonly variant?: string;
}

/** One fault at one provider in one place. */
export interface Cell {
  readonly fault: Fault;
  readonly subject: SubjectName;
  readonly place: Place;
  readonly expected: Facts;
  /** Only `--full` runs it: the test suite meets the fault with another provider in this place. */
  readonly onlyFull: boolean;
  /** Nothing runs beside it: it measures. */
  readonly undisturbed: boolean;
  observe(lane: Lane, full: boolean): Promise<Facts>;
}

/** What can't be met, and why. */
export interface Gap {
  readonly fault: Fault;
  readonly subject: SubjectName;
  /** Absent where it is so everywhere. */
  readonly place?: Place;
  readonly why: string;
}

/** A cell that was looked at. */
export interface Judged extends Pick<Cell, 'fault' | 'subject' | 'place' | 'expected'> {
  readonly seen: Facts;
}
