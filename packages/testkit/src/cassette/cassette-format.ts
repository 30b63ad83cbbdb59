import type { ChatErrorCode, Sent } from '@sluice/core';

/** The version of the format that is written. Readers take this one and those before it, and refuse later ones. */
export const cassetteVersion = 1;

/** Bytes: as text where they are valid UTF-8, else in base64. */
export type CassetteBytes = { readonly text: string } | { readonly base64: string };

/** Header names in lower case. */
export type CassetteHeaders = { readonly [name: string]: string };

/** The first line. */
export interface CassetteHeader {
  readonly sluice: 'cassette';
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /** Of Node. */
  readonly node: string;
  /** Operating system and processor: `linux x64`. */
  readonly platform: string;
  /** Versions of the packages that took part, as far as they are known. */
  readonly packages: { readonly [name: string]: string };
  /** Words were replaced by placeholders of the same length. */
  readonly masked?: true;
  /** What the recorder was told of its circumstances: the options of a command, for example. Without secrets. */
  readonly about?: { readonly [name: string]: unknown };
}

/** A request as it went out, without its secrets. Times are in milliseconds since the recording began. */
export interface RequestLine {
  readonly type: 'request';
  /** Counted from 1. */
  readonly exchange: number;
  readonly atMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: CassetteHeaders;
  readonly body?: CassetteBytes;
}

/** The head of the answer. */
export interface HeadLine {
  readonly type: 'head';
  readonly exchange: number;
  readonly atMs: number;
  readonly status: number;
  readonly headers: CassetteHeaders;
}

/** Bytes of the answer, decompressed, in the piece in which the provider got them. */
export type ChunkLine = CassetteBytes & {
  readonly type: 'chunk';
  readonly exchange: number;
  readonly atMs: number;
};

/**
 * How an exchange ended:
 * - `complete`: the body came to its end;
 * - `released`: the rest of the body was not wanted;
 * - `left`: the provider, or whoever read, stopped in the middle and closed the socket;
 * - `failed`: the connection broke, or what came was no HTTP, see `error`;
 * - `cancelled`: a limit of time or the caller's signal ended the call, see `error`;
 * - `abandoned`: the client gave it up while it waited: an attempt that another one has outrun, for example.
 */
export type ExchangeEnd = 'complete' | 'released' | 'left' | 'failed' | 'cancelled' | 'abandoned';

/** An error as the HTTP client threw it. */
export interface CassetteError {
  readonly code: ChatErrorCode;
  readonly message: string;
  readonly sent: Sent;
  readonly status?: number;
}

/** The end of an exchange. */
export interface EndLine {
  readonly type: 'end';
  readonly exchange: number;
  readonly atMs: number;
  readonly how: ExchangeEnd;
  /** With `failed` and `cancelled`. */
  readonly error?: CassetteError;
}

/** What somebody wanted to keep beside the exchanges: the route decision, for example. */
export interface NoteLine {
  readonly type: 'note';
  readonly atMs: number;
  readonly name: string;
  readonly value: unknown;
}

/** The last line: without it, the file was cut or the recording not closed. */
export interface LastLine {
  readonly type: 'last';
  readonly exchanges: number;
}

export type CassetteLine = RequestLine | HeadLine | ChunkLine | EndLine | NoteLine | LastLine;
