/** Who speaks. `developer` is OpenAI's newer name for instructions that outrank the user; where a protocol lacks it, it counts as `system`. */
export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

/** Plain text inside a message of several parts. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** An image: by `url` (https or `data:`), or as base64 `data` with its `mediaType`. */
export interface ImagePart {
  readonly type: 'image';
  readonly url?: string;
  readonly data?: string;
  /** For example `image/png`; needed with `data`. */
  readonly mediaType?: string;
  /** How closely the model should look; sent where the protocol knows it. */
  readonly detail?: 'auto' | 'low' | 'high';
}

/** Sound as base64 `data`. */
export interface AudioPart {
  readonly type: 'audio';
  readonly data: string;
  /** For example `audio/wav` or `audio/mpeg`. */
  readonly mediaType: string;
}

/** A file: by `url`, or as base64 `data`. */
export interface FilePart {
  readonly type: 'file';
  readonly url?: string;
  readonly data?: string;
  readonly mediaType: string;
  readonly filename?: string;
}

export type ContentPart = TextPart | ImagePart | AudioPart | FilePart;

/** A tool call that a model asked for. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as the model wrote them: JSON text, not checked. */
  readonly arguments: string;
}

/** One message of a conversation. Plain JSON. */
export interface Message {
  readonly role: Role;
  readonly content: string | readonly ContentPart[];
  /** A name for the speaker, where the protocol has one. */
  readonly name?: string;
  /** Only on `assistant`: the calls that the model asked for in that turn. */
  readonly toolCalls?: readonly ToolCall[];
  /** Only on `tool`, and needed there: the call that this message answers. */
  readonly toolCallId?: string;
}

/** A JSON Schema (draft 2020-12 or the subset that the upstream takes). */
export type JsonSchema = { readonly [key: string]: unknown };

/** A function that the model may ask to call. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments object. Default: an object without properties. */
  readonly parameters?: JsonSchema;
  /** Ask the upstream to hold the model to the schema exactly. */
  readonly strict?: boolean;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** `json` without a schema asks for any JSON object; with one, for JSON that fits it. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | {
      readonly type: 'json';
      readonly schema?: JsonSchema;
      /** A name for the schema; default `response`. */
      readonly name?: string;
      readonly description?: string;
      readonly strict?: boolean;
    };

/** What a caller asks for. Plain JSON: it can be stored, sent and replayed. */
export interface ChatRequest {
  /** A model id or alias of the provider (of a registry: also `provider:model` or a route). Default: the provider's own. */
  readonly model?: string;
  /** The conversation, oldest first; at least one message. */
  readonly messages: readonly Message[];
  /** Randomness, 0 and up; most upstreams take 0 to 2. */
  readonly temperature?: number;
  /** Nucleus sampling, 0 to 1. */
  readonly topP?: number;
  readonly topK?: number;
  /** The longest answer, in tokens. */
  readonly maxOutputTokens?: number;
  /** The answer ends before the first of these that would appear in it. */
  readonly stop?: string | readonly string[];
  readonly seed?: number;
  /** -2 to 2. */
  readonly presencePenalty?: number;
  /** -2 to 2. */
  readonly frequencyPenalty?: number;
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly responseFormat?: ResponseFormat;
  /** `none`, `minimal`, `low`, `medium`, `high`, or what the upstream calls it. */
  readonly reasoningEffort?: string;
  /** An opaque id of the end user, for the upstream's abuse checks. */
  readonly user?: string;
  readonly metadata?: { readonly [key: string]: string };
  /** Fields of one provider's own wire, by provider id. A provider reads only its own entry, and refuses keys that it does not declare. */
  readonly providerOptions?: { readonly [providerId: string]: { readonly [key: string]: unknown } };
}

/** The longest waits, in milliseconds. `0` or `Infinity` switches one off; what is less than 0 or no number is refused. */
export interface Timeouts {
  /** To open the connection, proxy and TLS included. Default 10,000. */
  readonly connect?: number;
  /** From the call to the first event that a user would see (the commit point). Default 120,000. */
  readonly firstToken?: number;
  /** Between two events while the reader waits; keep-alives do not count as events. Default 60,000. */
  readonly idle?: number;
  /** The whole call, from its start to its end. Default: none. */
  readonly total?: number;
}

/** How a call is made, apart from what is asked. */
export interface CallOptions {
  /** `false` asks the upstream for one whole answer where its protocol can; it still arrives as events. Default `true`. */
  readonly stream?: boolean;
  /** Aborting it ends the call with code `aborted` and closes the socket. */
  readonly signal?: AbortSignal;
  /** Limits in milliseconds; one number is `total`. */
  readonly timeout?: number | Timeouts;
  /** `http://`, `https://`, `socks5://` or `socks5h://`, with `user:password@` if needed; `false` for none. Default: the provider's, then the environment's. */
  readonly proxy?: string | false;
  /** Extra headers for the upstream; they win over the provider's own. */
  readonly headers?: { readonly [name: string]: string };
  /** Also deliver each decoded message of the wire as a `raw` event. Default `false`. */
  readonly includeRaw?: boolean;
}
