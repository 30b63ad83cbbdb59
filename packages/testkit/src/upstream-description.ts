import type { FinishReason, ToolCall } from '@sluice/core';
import type { Bytes, ReplyHeaders } from './upstream/http-reply.ts';
import type { Step } from './upstream/script.ts';
import type { ScriptedExchange } from './upstream/scripted-upstream.ts';

/** What an answer ends with. */
export interface AnswerEnd {
  /** Everything that was said. */
  readonly text: string;
  readonly reason: FinishReason;
  /** Token counts to report, where the protocol has them. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
}

/**
 * How the server of a protocol speaks: all that the kit has to know to play it. For a protocol of one request and one answer,
 * `contentType`, `text` and `end` are enough where it is made of server-sent events or JSON lines.
 *
 * @example
 * const upstream: UpstreamDescription = {
 *   contentType: 'application/x-ndjson',
 *   text: (word) => `${JSON.stringify({ word })}\n`,
 *   end: '{"done":true}\n',
 *   error: (message) => `${JSON.stringify({ error: message })}\n`,
 * };
 */
export interface UpstreamDescription {
  /** Of an answer. It also tells the framing: `event-stream`, or JSON lines (`ndjson`, `jsonl`, …). */
  readonly contentType: string;
  /** What the answer's lines are, where its content type doesn't tell. `other`: neither. */
  readonly framing?: Framing;
  /** More headers of an answer. */
  readonly headers?: ReplyHeaders;
  /** What an answer begins with, before its text. Default: nothing. */
  readonly begin?: Bytes;
  /** The bytes that carry a piece of text. */
  text(text: string): Bytes;
  /** The end of an answer; nothing (`''`) where the end of the body is the end, which `declares.endOfBody` explains. */
  readonly end: Bytes | ((end: AnswerEnd) => Bytes);
  /** The finish reasons that `end` can tell. Default: `stop` alone. */
  readonly reasons?: readonly FinishReason[];
  /** An error in the middle of an answer. Else `declares.noErrorEvents`. */
  error?(message: string): Bytes;
  /** Bytes that keep a connection alive and mean nothing. Default: a comment in event streams, a blank line in JSON lines. */
  readonly keepAlive?: Bytes;
  /** A frame that is not the protocol. Default: broken JSON in event streams and JSON lines. */
  readonly malformed?: Bytes;
  /** The whole answer, for `stream: false`, with its content type. Default: the same bytes as streamed. */
  whole?(text: string): { readonly contentType: string; readonly body: Bytes };
  /** A piece of reasoning, where the capability is declared. */
  reasoning?(text: string): Bytes;
  /** A whole tool call, where the capability is declared. */
  toolCall?(call: ToolCall): Bytes;
  /** The list of models, where the provider asks for it. Else `declares.noModelList`. */
  readonly models?: UpstreamModels;
  /** Which request asks for the answer, in protocols of several. Default: any POST. */
  isAnswer?(exchange: ScriptedExchange): boolean;
  /** Plays the other steps of a protocol of several: with a script, or with `forwardTo` a server that knows them. */
  steps?(exchange: ScriptedExchange): Iterable<Step> | AsyncIterable<Step>;
  /** How much of the calls so far is still there, in protocols that make something upstream (conversations). */
  leftovers?(): number | Promise<number>;
}

/** How an answer is cut into frames. */
export type Framing = 'event-stream' | 'json-lines' | 'other';

/** How a protocol lists its models. */
export interface UpstreamModels {
  /** The ids that the provider must list. */
  readonly ids: readonly string[];
  /** The answer's body (JSON). Without it `steps` answers. */
  readonly body?: Bytes;
  /** Which request asks for them. Default: any GET. */
  isRequest?(exchange: ScriptedExchange): boolean;
}

/** The framing of an answer. */
export function framingOf({ framing, contentType }: UpstreamDescription): Framing {
  if (framing) return framing;
  if (/event-stream/i.test(contentType)) return 'event-stream';
  return /ndjson|jsonl|json-?lines|json-seq/i.test(contentType) ? 'json-lines' : 'other';
}
