/** `native`: the protocol has it. `emulated`: done on this side, as well as it can be, and reported in a `warning`. `none`: refused. */
export type Support = 'native' | 'emulated' | 'none';

/** Request fields without a capability of their own that a protocol may or may not carry. */
export type RequestParameter =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'maxOutputTokens'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'reasoningEffort'
  | 'user'
  | 'metadata';

/** What a provider can do. Registries choose targets by it, and `negotiate` holds requests against it. */
export interface Capabilities {
  readonly streaming: Support;
  /** Earlier turns as such (`native`) or written into one prompt (`emulated`). */
  readonly messageHistory: Support;
  readonly systemMessage: Support;
  readonly tools: Support;
  /** Images in messages. */
  readonly vision: Support;
  /** `responseFormat: { type: 'json' }`. */
  readonly json: Support;
  readonly stop: Support;
  readonly seed: Support;
  /** Token counts at the end. */
  readonly usage: Support;
  /** Reasoning as events of its own. */
  readonly reasoning: Support;
  /** `native`: cancelling stops the upstream's work, not only our reading. */
  readonly cancel: Support;
  /** Sound in messages. Default `none`. */
  readonly audio?: Support;
  /** Files in messages. Default `none`. */
  readonly files?: Support;
  /** The default address wants a key. */
  readonly needsAuth: boolean;
  /** The longest request text, in UTF-16 units, all messages together. Default: not known. */
  readonly maxInputChars?: number;
  /** The sampling and bookkeeping fields that reach the wire; any other that a request holds becomes a `warning`. Default: none of them. */
  readonly parameters?: readonly RequestParameter[];
}
