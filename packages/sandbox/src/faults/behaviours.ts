import type { Exchange } from '../exchange.ts';
import type { Frame, StreamGrammar } from '../frames.ts';
import type { Head } from '../reply.ts';
import type { AppliedFault } from './active-faults.ts';
import type { FaultName } from './catalogue.ts';

/** Bytes for the wire, or the way the answer is cut. */
export type Piece = Buffer | 'reset' | 'hang';

/** How a fault is made: each hook alters one layer of a right answer, or takes its place. */
export interface FaultBehaviour {
  /** Answers instead of the service. */
  readonly takeOver?: (
    exchange: Exchange,
    fault: AppliedFault,
    errorBody: (status: number) => unknown,
  ) => Promise<void>;
  readonly tokens?: (tokens: readonly string[], fault: AppliedFault, signal: AbortSignal) => Iterable<string>;
  readonly head?: (head: Head, fault: AppliedFault) => Head;
  readonly frames?: (
    frames: AsyncIterable<Frame>,
    grammar: StreamGrammar,
    fault: AppliedFault,
    signal: AbortSignal,
  ) => AsyncIterable<Frame>;
  readonly pieces?: (
    pieces: AsyncIterable<Piece>,
    fault: AppliedFault,
    signal: AbortSignal,
  ) => AsyncIterable<Piece>;
}

const BEHAVIOURS: Partial<Record<FaultName, FaultBehaviour>> = {};

/** How a fault is made. */
export function behaviourOf(fault: AppliedFault): FaultBehaviour {
  return BEHAVIOURS[fault.name] ?? {};
}
