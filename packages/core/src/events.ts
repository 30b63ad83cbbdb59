import type { ToolCall } from './request.ts';

/** Tokens counted by the upstream. A field that it did not report is absent, never guessed. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly totalTokens?: number;
  /** Part of `outputTokens` that was reasoning. */
  readonly reasoningTokens?: number;
  /** Part of `inputTokens` that came from a cache. */
  readonly cachedInputTokens?: number;
}

/**
 * Why an answer ended. `interrupted`: somebody stopped it on the upstream's side (chat-ui's stop button);
 * `other`: the upstream gave a reason that is none of these, see `rawReason`. The list may grow within a major: take a reason that you
 * don't know for `other`.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'interrupted' | 'other';

/** What the upstream says about its answer. Any field may be missing. */
export interface ResponseMetadataEvent {
  readonly type: 'response-metadata';
  /** The upstream's id of the answer. */
  readonly id?: string;
  /** The model that the upstream says it used. */
  readonly model?: string;
  /** When the upstream made it, in milliseconds since 1970. */
  readonly createdAtMs?: number;
}

export interface TextDeltaEvent {
  readonly type: 'text-delta';
  readonly text: string;
}

export interface ReasoningDeltaEvent {
  readonly type: 'reasoning-delta';
  readonly text: string;
}

/** A fragment of a tool call as it arrives. `index` tells calls of one answer apart. */
export interface ToolCallDeltaEvent {
  readonly type: 'tool-call-delta';
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly argumentsDelta: string;
}

/** A whole tool call, after its last fragment. */
export interface ToolCallEvent extends ToolCall {
  readonly type: 'tool-call';
}

/** A source that the upstream cites. */
export interface SourceEvent {
  readonly type: 'source';
  readonly url?: string;
  readonly title?: string;
}

/** Something that the caller asked for and did not get as asked. `code` is stable, `message` is for people. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly code:
    | 'emulated'
    | 'unsupported-parameter'
    | 'ignored-content'
    /** Another upstream goes on with the answer from here. */
    | 'resumed'
    /** Another upstream begins again: what came before this event is void. */
    | 'restarted'
    | 'other';
  readonly message: string;
  /** The request field or capability that it is about. */
  readonly feature?: string;
}

/** One decoded message of the wire, on request (`includeRaw`). */
export interface RawEvent {
  readonly type: 'raw';
  readonly value: unknown;
}

/** Always the last event, and only one. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly reason: FinishReason;
  /** The upstream's own word for it. */
  readonly rawReason?: string;
  readonly usage?: Usage;
}

/**
 * Everything that can happen in a stream. Failures are thrown, never events. The list may grow within a major: ignore a type that
 * you don't know.
 */
export type ChatEvent =
  | ResponseMetadataEvent
  | TextDeltaEvent
  | ReasoningDeltaEvent
  | ToolCallDeltaEvent
  | ToolCallEvent
  | SourceEvent
  | WarningEvent
  | RawEvent
  | FinishEvent;

/**
 * Whether a user would see this event: non-empty text or reasoning, or a tool call. The first one is the commit point:
 * before it a call can still be rejected and tried elsewhere, after it an answer has begun.
 */
export function isVisible(event: ChatEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'reasoning-delta':
      return event.text.length > 0;
    case 'tool-call-delta':
    case 'tool-call':
      return true;
    default:
      return false;
  }
}
