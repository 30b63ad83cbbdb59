import { ChatError, type ChatProvider, closest } from '@sluice/core';
import {
  createOpenAICompatible,
  type DefaultParameters,
  type OpenAICompatibleOptions,
} from '@sluice/provider-openai-compatible';
import { defaultBaseURL, defaultModel, manifest, providerId } from './manifest.ts';

/** Options of `createYlokh`. All are optional. */
export interface YlokhOptions
  extends Pick<
    OpenAICompatibleOptions,
    'id' | 'apiKey' | 'headers' | 'defaultModel' | 'models' | 'modelAliases' | 'timeout' | 'proxy'
  > {
  /** The address of the API, with its `/v1`. Default `https://chatapi.ylokh.xyz/v1`, which is closed. */
  readonly baseURL?: string;
  /** Request fields for calls that don't set them, over Ylokh's own: temperature 1, topP 1, no penalties. */
  readonly defaults?: DefaultParameters;
  /** Whether another model may answer when the one asked for cannot. Default `true`; `providerOptions.ylokh.allow_fallback` wins. */
  readonly allowFallback?: boolean;
  /** Ask for token counts at the end of streams (`stream_options`). Default `false`: the original client never did. */
  readonly includeUsage?: boolean;
}

/** What `providerOptions.ylokh` may hold besides any other field of the wire. */
export interface YlokhRequestOptions {
  readonly allow_fallback?: boolean;
  readonly [field: string]: unknown;
}

/** The page that the API belongs to; the original client named it with every request. */
const site = 'https://chat.ylokh.xyz';

/** What the original client sent when nothing was chosen. */
const siteDefaults: DefaultParameters = { temperature: 1, presencePenalty: 0, topP: 1, frequencyPenalty: 0 };

const optionNames: readonly string[] = Object.keys(manifest.options?.properties ?? {});

/** The order in which the original client wrote the fields. */
const fieldOrder = [
  'messages',
  'model',
  'temperature',
  'presence_penalty',
  'top_p',
  'frequency_penalty',
  'allow_fallback',
  'stream',
];

/**
 * Makes a provider of Ylokh: the OpenAI-compatible one with Ylokh's address, headers and defaults. Throws `invalid-request`
 * for options that cannot work.
 *
 * @example
 * const ylokh = createYlokh({ baseURL: 'http://localhost:8080/v1' });
 * const stream = await ylokh.stream({ messages: [{ role: 'user', content: 'Hello' }] });
 * for await (const text of stream.textStream) process.stdout.write(text);
 */
export function createYlokh(options: YlokhOptions = {}): ChatProvider {
  checkOptions(options);
  const { baseURL, defaults, allowFallback = true, headers, includeUsage, ...rest } = options;
  return createOpenAICompatible({
    ...rest,
    id: options.id ?? providerId,
    baseURL: baseURL ?? defaultBaseURL,
    headers: { origin: site, referer: `${site}/`, ...lowerCaseNames(headers) },
    defaults: { ...siteDefaults, ...defaults },
    defaultModel: options.defaultModel ?? defaultModel,
    models: options.models ?? [defaultModel],
    extraFields: { allow_fallback: allowFallback },
    includeUsage: includeUsage ?? false,
    capabilities: includeUsage ? { ...manifest.capabilities, usage: 'native' } : manifest.capabilities,
    fieldOrder,
  });
}

/** What the OpenAI-compatible provider cannot know: which options a preset has. A misspelt `baseURL` would ask a closed service. */
function checkOptions(options: YlokhOptions): void {
  const about = { provider: providerId };
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) {
    const near = closest(unknown, optionNames);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new ChatError('invalid-request', `${unknown} is not an option of ${providerId}${hint}`, about);
  }
  const { allowFallback } = options;
  if (allowFallback !== undefined && typeof allowFallback !== 'boolean') {
    throw new ChatError(
      'invalid-request',
      `option allowFallback of ${providerId} must be true or false`,
      about,
    );
  }
}

function lowerCaseNames(headers: YlokhOptions['headers'] = {}): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
