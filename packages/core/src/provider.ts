import type { Capabilities } from './capabilities.ts';
import type { ChatStream } from './chat-stream.ts';
import type { CallOptions, ChatRequest } from './request.ts';

/** A model that a provider offers. */
export interface ModelInfo {
  /** The id to ask for. */
  readonly id: string;
  /** A name for people. */
  readonly title?: string;
  readonly ownedBy?: string;
  /** Milliseconds since 1970. */
  readonly createdAtMs?: number;
  /** The most tokens that it can read, where the upstream says so. */
  readonly contextTokens?: number;
  /** `upstream`: asked there just now. `manifest`: from the provider's own static list. */
  readonly source?: 'upstream' | 'manifest';
}

/**
 * One upstream, or anything that behaves like one (a registry does, too).
 *
 * The contract, which `@sluice/testkit` checks:
 * - `stream()` resolves at the commit point and rejects with a `ChatError` before it.
 * - A stream ends in exactly one `finish` event or one throw.
 * - Cancelling closes the socket within 250 ms.
 */
export interface ChatProvider {
  /** For example `h2o`. Lower-case letters, digits and hyphens. */
  readonly id: string;
  readonly capabilities: Capabilities;
  /** The models on offer: asked upstream where the protocol can, else the static list. Throws a `ChatError`. */
  listModels(options?: CallOptions): Promise<readonly ModelInfo[]>;
  /** Asks, and resolves once the answer has begun. Throws a `ChatError`. */
  stream(request: ChatRequest, options?: CallOptions): Promise<ChatStream>;
  /** Ends what is under way, waits for clean-ups, and closes the pool. May be called more than once. */
  close(): Promise<void>;
}
