import type { ChatError } from './chat-error.ts';
import type { ChatResult } from './chat-result.ts';
import type { ChatEvent, FinishEvent } from './events.ts';
import type { RouteDecision } from './route-decision.ts';

/**
 * An answer as it arrives. Events are pulled: who doesn't read stops the socket. Read it once, in one of four ways: iterate
 * it, iterate `textStream`, `await result()`, or hand `toReadableStream()` on; `tee` makes two of one.
 *
 * It ends in exactly one `finish` event, or throws a `ChatError`. Leaving a `for await` loop early closes the socket.
 */
export interface ChatStream extends AsyncIterable<ChatEvent>, AsyncDisposable {
  /** Id of the provider that answers. */
  readonly provider: string;
  /** The model that was asked for, aliases resolved. */
  readonly model?: string;
  /** Why it went there, once a registry served it. */
  readonly route?: RouteDecision;
  /** The text alone. Reading it reads the stream. */
  readonly textStream: AsyncIterable<string>;
  /** Reads to the end and gathers everything. Throws what the stream throws, with `partial`. */
  result(): Promise<ChatResult>;
  /** The events as a web stream. Cancelling it cancels this. */
  toReadableStream(): ReadableStream<ChatEvent>;
  /**
   * Ends it: closes the socket, cleans up upstream, and lets a waiting reader fail with `aborted`. A `reason` that is itself a
   * `ChatError` with code `aborted` or `deadline-exceeded` is what the reader gets. Resolves when that is done.
   */
  cancel(reason?: unknown): Promise<void>;
}

/**
 * Where a stream's events come from: what a provider hands to `openChatStream`, which then keeps the rules (one end, the
 * commit point, the limits, cancellation).
 */
export interface ChatEventSource {
  /**
   * Appends the next events and answers `true`, or answers `false` when there are no more bytes. Whoever decodes a protocol
   * checks its end here: appends `finish` if it was seen, throws `truncated` if not. May answer without a promise where
   * something is already there: that is what makes a token cheap.
   */
  pull(into: ChatEvent[]): boolean | Promise<boolean>;
  /** Frees everything; called exactly once. A promise is waited for before the stream counts as ended, for 30 s at most. Must not throw. */
  close(outcome: 'finished' | 'cancelled' | 'failed'): void | Promise<void>;
}

/** How a stream ended, for whoever keeps health or logs. */
export type StreamOutcome =
  | { readonly type: 'finished'; readonly finish: FinishEvent }
  | { readonly type: 'failed'; readonly error: ChatError }
  /** The reader left before the end. */
  | { readonly type: 'cancelled' };
