import type { Exchange } from '../exchange.ts';
import type { Frame, StreamGrammar } from '../frames.ts';
import type { Head } from '../reply.ts';
import type { FaultName } from './catalogue.ts';

/** A fault with all its parameters, as it is applied to one request. */
export interface AppliedFault {
  readonly name: FaultName;
  /** True when only a streamed answer can have it. */
  readonly streamOnly: boolean;
  readonly behaviour: FaultBehaviour;
  text(parameter: string): string;
  number(parameter: string): number;
}

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
  /** Alters what is said, and with it the `answer` in the log. */
  readonly said?: (tokens: readonly string[], fault: AppliedFault) => readonly string[];
  /** Alters in which tokens it is said. */
  readonly tokens?: (tokens: readonly string[], fault: AppliedFault, signal: AbortSignal) => Iterable<string>;
  readonly head?: (head: Head, fault: AppliedFault) => Head;
  /** Alters the events of a streamed answer. */
  readonly frames?: (
    frames: AsyncIterable<Frame>,
    grammar: StreamGrammar,
    fault: AppliedFault,
    signal: AbortSignal,
  ) => AsyncIterable<Frame>;
  /** Alters a body that is sent whole. */
  readonly body?: (body: Buffer, fault: AppliedFault) => AsyncIterable<Piece>;
  /** Alters the bytes and their chunks. */
  readonly pieces?: (pieces: AsyncIterable<Piece>, fault: AppliedFault) => AsyncIterable<Piece>;
}
