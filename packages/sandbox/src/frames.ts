/** What a piece of a streamed answer is, whatever protocol wrote it. */
export type FrameKind =
  | 'open'
  | 'text'
  | 'reasoning'
  | 'tool'
  | 'title'
  | 'keep-alive'
  | 'error'
  | 'finish'
  | 'usage'
  | 'end';

/** One piece of a streamed answer as it is written: usually one event. */
export interface EventFrame {
  readonly kind: FrameKind;
  readonly data: string;
}

/** The server stops writing: the connection is reset, or it stays open until the client leaves. */
export interface CutFrame {
  readonly kind: 'reset' | 'hang';
}

/** A piece of a streamed answer, or the way it is cut. */
export type Frame = EventFrame | CutFrame;

/** How a protocol writes what a fault needs: faults know no protocol. */
export interface StreamGrammar {
  readonly style: 'sse' | 'lines';
  text(text: string): string;
  keepAlive(): string;
  /** A failure told inside the stream, with all that the protocol sends after it. */
  failure(message: string, status: number): readonly Frame[];
}

/** Makes an {@link EventFrame}. */
export function frame(kind: FrameKind, data: string): EventFrame {
  return { kind, data };
}

/** True for a frame with bytes to write. */
export function isEvent(candidate: Frame): candidate is EventFrame {
  return 'data' in candidate;
}
