import { type Capabilities, ChatError, type Timeouts, validateRequest } from '@sluice/core';
import type { DefaultParameters } from './encode-request.ts';
import type { JsonObjectStyle } from './encode-response-format.ts';
import { checkExtraFields } from './extra-fields.ts';

/** Options of `createOpenAICompatible`. */
export interface OpenAICompatibleOptions {
  /** Names this provider in errors, in `providerOptions`, and in a registry. Lower-case letters, digits and hyphens. Default `openai-compatible`. */
  readonly id?: string;
  /** The address of the API, with its `/v1`: `/chat/completions` and `/models` are added. A query stays. */
  readonly baseURL: string;
  /** Sent as `Authorization: Bearer …`. Default: no such header. */
  readonly apiKey?: string;
  /** Sent with every request; they win over the provider's own, those of a call over them. */
  readonly headers?: { readonly [name: string]: string };
  /** Request fields for calls that don't set them. */
  readonly defaults?: DefaultParameters;
  /** The model for calls that name none. Default: a call must name one. */
  readonly defaultModel?: string;
  /** The models on offer. Default: the server is asked. Other names are passed on all the same. */
  readonly models?: readonly string[];
  /** Other names for models: `{ fast: 'qwen2.5-7b-instruct' }`. */
  readonly modelAliases?: { readonly [alias: string]: string };
  /** Limits in milliseconds for calls that set none; one number is `total`. Default: `@sluice/core`'s. */
  readonly timeout?: number | Timeouts;
  /** `http://`, `https://`, `socks5://` or `socks5h://`; `false` for none. Default: the environment's. */
  readonly proxy?: string | false;
  /** Fields that go into every body as they are; `providerOptions` of a call win over them. */
  readonly extraFields?: { readonly [name: string]: unknown };
  /** The field for `maxOutputTokens`. Default `max_tokens`, which every server knows; OpenAI's reasoning models want the other. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** How any JSON object is asked for. Default `json_object`; LM Studio wants `json_schema`. */
  readonly jsonObject?: JsonObjectStyle;
  /** Ask for token counts at the end of streams (`stream_options`). Default `true`; `false` for servers that refuse unknown fields. */
  readonly includeUsage?: boolean;
  /** The role for `developer` messages. Default `system`, which every server knows. */
  readonly developerRole?: 'system' | 'developer';
  /** The names of the body's fields to write first, for upstreams that care. Default: the order of OpenAI's reference. */
  readonly fieldOrder?: readonly string[];
  /** What the server or its model cannot do (`{ tools: 'none', maxInputChars: 20_000 }`). Default: all that the wire carries. */
  readonly capabilities?: Partial<Capabilities>;
}

/** Checks what types cannot hold. Throws `invalid-request` that names the option. */
export function checkOptions(options: OpenAICompatibleOptions, id: string): void {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) {
    throw new ChatError(
      'invalid-request',
      `id must be lower-case letters, digits and hyphens, got ${JSON.stringify(id)}`,
    );
  }
  checkExtraFields(options.extraFields ?? {}, 'extraFields', id);
  try {
    validateRequest({ ...options.defaults, messages: [{ role: 'user', content: '' }] });
  } catch (error) {
    throw new ChatError('invalid-request', `defaults of ${id}: ${(error as Error).message}`, {
      provider: id,
    });
  }
}
