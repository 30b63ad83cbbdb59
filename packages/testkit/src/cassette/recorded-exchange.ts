import type { CassetteError, CassetteHeaders, ExchangeEnd } from './cassette-format.ts';

/** A piece of an answer. Times are in milliseconds since the recording began. */
export interface RecordedChunk {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** One request and what became of it, as a cassette holds it. */
export interface RecordedExchange {
  /** Counted from 1, in the order in which they were sent. */
  readonly number: number;
  /** Where it stands in the cassette. */
  readonly line: number;
  readonly request: {
    readonly atMs: number;
    readonly method: string;
    readonly url: string;
    readonly headers: CassetteHeaders;
    readonly body: Uint8Array;
  };
  /** Nothing, if none came. */
  readonly head?: { readonly atMs: number; readonly status: number; readonly headers: CassetteHeaders };
  readonly chunks: readonly RecordedChunk[];
  readonly end: { readonly atMs: number; readonly how: ExchangeEnd; readonly error?: CassetteError };
}
