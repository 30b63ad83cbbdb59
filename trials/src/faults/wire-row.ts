import type { ChatErrorCode, Timeouts } from '@sluice/core';
import type { FaultRequest } from '@sluice/sandbox';
import type { Fault } from './cell.ts';
import type { SubjectName } from './subjects.ts';

/** Servers below HTTP that a provider can be pointed at instead of the sandbox. */
export type Address = 'unknown-name' | 'refusing' | 'silent' | 'silent-tls' | 'broken-tls';

/** What a provider's caller is to get, and what follows from it: written by hand from sections 3, 4 and 7 of the design. */
export interface Outcome {
  /** The code of the failure; without it the answer comes whole. */
  readonly code?: ChatErrorCode;
  /** It fails after the answer has begun: the caller has a part of the text. */
  readonly begun?: true;
  /** Nothing reached the upstream. */
  readonly unsent?: true;
  /** The upstream would go on for ever: the connection must be seen to be closed by us. */
  readonly cut?: true;
  /** What the upstream asked: how long the target is to rest, in seconds. */
  readonly waitS?: number;
  /** The code where the upstream was asked for a whole answer (`stream: false`), if it is another one. */
  readonly wholeCode?: ChatErrorCode;
  /** What becomes of the conversation, where the common rule of `expected-facts.ts` does not tell. */
  readonly conversation?: 'not made' | 'deleted' | 'stopped, deleted';
  /** The text that comes is not quite the one that was meant: in what it differs. */
  readonly text?: 'with NUL characters';
}

/** A fault of the way or of the answer, in one of its forms. */
export interface WireRow extends Fault {
  /** How it is made: in the answering step of the sandbox, … */
  readonly provoke?: FaultRequest;
  /** … or by pointing the provider at another server. */
  readonly at?: Address;
  /** Parameters that make it small enough for the test suite; `--full` leaves them out. */
  readonly reduced?: FaultRequest['parameters'];
  /** Behind the registry and the gateway the test suite meets it with one provider alone; `--full` with all. */
  readonly slow?: true;
  /** Limits that are short because the fault runs into them. */
  readonly limits?: Timeouts;
  /** Only a streamed answer can have it. */
  readonly streamOnly?: true;
  readonly expected: Outcome;
  /** Where one provider's protocol makes another outcome right, and why. */
  readonly except?: { readonly [Name in SubjectName]?: { readonly outcome: Outcome; readonly why: string } };
  /** Why a protocol can't meet it. */
  readonly cannot?: { readonly [Name in SubjectName]?: string };
}

/** The outcome that is right for a subject. */
export function outcomeFor(row: WireRow, subject: SubjectName): Outcome {
  return row.except?.[subject]?.outcome ?? row.expected;
}
