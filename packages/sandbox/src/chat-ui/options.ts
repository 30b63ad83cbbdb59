/** Options of the chat-ui servers. */
export interface ChatUiOptions {
  /** Model ids, the first being the default. Default: the three of H2O's server, and `sandbox`. */
  readonly models?: readonly string[];
  /** Whether the welcome modal has to be accepted, in the eras that have it. Default true. */
  readonly welcomeModal?: boolean;
  /** Messages a minute for each session. Default: no limit. */
  readonly rateLimitPerMinute?: number;
  /** Longest message in characters. Longer ones get 400. Default: no limit. */
  readonly maxMessageChars?: number;
  /** Whether `/api` is open in the eras that can switch it off. Default true. */
  readonly exposeApi?: boolean;
  /** Name of the session cookie. Default `hf-chat`. */
  readonly cookieName?: string;
  /** How long `stop-generating` takes to work, in milliseconds. Default: as seen, 300 (A), 600 (B, D), 0 (E). */
  readonly stopDelayMs?: number;
  /** Another origin that form posts may come from, like `PUBLIC_ORIGIN`. */
  readonly publicOrigin?: string;
}

/** The models of H2O's server, and one of our own. */
export const DEFAULT_MODELS: readonly string[] = [
  'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1',
  'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3',
  'h2oai/h2ogpt-gm-oasst1-en-2048-open-llama-13b',
  'sandbox',
];
