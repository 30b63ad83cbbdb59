import type { ChatEvent, ChatRequest, ChatResult, WarningEvent } from '@sluice/core';
import type { Failure } from './failure.ts';

/** What becomes of a parameter that Sluice cannot carry: the request is refused, or goes on with a warning. */
export type UnsupportedParameters = 'refuse' | 'warn';

/** What a request may ask for: part of the door's settings. */
export interface RequestRules {
  readonly unsupportedParameters: UnsupportedParameters;
  /** The most stop sequences. */
  readonly maxStopSequences: number;
  /** The longest stop sequence, in UTF-16 units. */
  readonly maxStopCharacters: number;
}

/**
 * How one kind of client speaks: everything between its bytes and the house's own requests, events and failures. OpenAI's
 * wire is one; another is a folder beside it that implements this, and nothing else changes.
 */
export interface ClientWire {
  /** Reads a request. Throws a `Refusal` that names the field. */
  decode(body: unknown, rules: RequestRules): WireCall;
  /** The body of an answer that is a failure. */
  failure(failure: Failure): object;
}

/** A request, read. */
export interface WireCall {
  readonly request: ChatRequest;
  /** Whether the client wants the answer as it arrives. */
  readonly stream: boolean;
  /** What the request asked for and will not get. */
  readonly warnings: readonly WarningEvent[];
  /** A writer for the answer's events. */
  encoder(about: AnswerAbout): StreamEncoder;
  /** The whole answer, as plain JSON. */
  whole(result: ChatResult, about: AnswerAbout): object;
}

/** What an answer says of itself. */
export interface AnswerAbout {
  /** An id of its own, safe in headers and JSON. */
  readonly id: string;
  /** Who answers, as a name that can be asked for again. */
  readonly model: string;
  /** In milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** Turns events into the text of a stream. Pure: no clock, no socket. */
export interface StreamEncoder {
  readonly contentType: string;
  /** What comes before the first event. */
  begin(): string;
  /** The text of one event; empty where the wire has no word for it. Throws a `Refusal` or `ChatError` where it cannot be said. */
  encode(event: ChatEvent): string;
  /** What says that the answer failed, instead of the end. */
  failure(failure: Failure): string;
}
