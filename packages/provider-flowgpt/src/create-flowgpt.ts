import { randomBytes as secureRandomBytes } from 'node:crypto';
import type { ChatProvider, ModelNames, Timeouts } from '@sluice/core';
import { defineHttpProvider, type HttpClient } from '@sluice/core/http';
import { type BodyDefaults, chatBody } from './chat-body.ts';
import { defaultBaseURL, defaultTemperature, manifest, providerId } from './manifest.ts';
import { refusalOf, refuseChallenge } from './refusal.ts';
import { type EndRule, ReplyDecoder } from './reply-decoder.ts';
import { type Chance, requestHeaders } from './request-headers.ts';
import { checkRequestOptions } from './request-options.ts';
import type { RandomBytes } from './signature.ts';

const chatPath = '/v3/chat-anonymous';

/** Sent where a request has no system text: what FlowGPT does without any is not known, its page never leaves it out. */
const ownSystem = 'You are an assistant. Give a correct and useful answer to what the user asks.';

/** Options of `createFlowGpt`; all may be left out. */
export interface FlowGptOptions {
  /** Address of the server, without the path `/v3/chat-anonymous`. Default `https://prod-backend-k8s.flowgpt.com`, which does not answer today. */
  readonly baseURL?: string;
  /** The models that the server has; any other is refused. Default: the 13 of FlowGPT and their aliases. */
  readonly models?: readonly string[];
  /** The model where a request names none. Default `gpt-3.5-turbo`, or the first of `models`. */
  readonly defaultModel?: string;
  /** The system text where a request has none. Default: a sentence of ours. An empty text is sent as such. */
  readonly defaultSystem?: string;
  /** An assistant message that stands before the history of every request, as FlowGPT's page shows one. Default: none. */
  readonly greeting?: string;
  /** The temperature where a request has none. Default 0.7. */
  readonly temperature?: number;
  /** The wire's `nsfw` flag; `providerOptions.flowgpt.nsfw` wins. Default `false`. */
  readonly nsfw?: boolean;
  /** The prompt of the page that answers; `providerOptions.flowgpt.promptId` wins. Default `model-<model>`. */
  readonly promptId?: string;
  /**
   * What counts as the end of an answer: its `end` event, also the end of its `body`, or (`auto`, the default) the event for
   * servers that have shown a `metadata` event and the body for those that send nothing but text.
   */
  readonly end?: EndRule;
  /** Limits in milliseconds where a call has none; one number is the total. */
  readonly timeout?: number | Timeouts;
  /** A proxy where a call has none; `false` for none. Default: the environment's. */
  readonly proxy?: string | false;
  /** Milliseconds since 1970, for the signature. Default `Date.now`. */
  readonly now?: () => number;
  /** Randomness for nonces and device ids. Default: the secure one of `node:crypto`. */
  readonly randomBytes?: RandomBytes;
  /** The HTTP client. Default: one of its own. */
  readonly http?: HttpClient;
}

/**
 * A provider for FlowGPT's anonymous chat: one signed POST, answered with one JSON object a line.
 *
 * @example
 * const provider = createFlowGpt({ baseURL: 'http://127.0.0.1:8787' });
 * const stream = await provider.stream({ messages: [{ role: 'user', content: 'Hello' }] });
 * for await (const text of stream.textStream) process.stdout.write(text);
 */
export function createFlowGpt(options: FlowGptOptions = {}): ChatProvider {
  const { baseURL = defaultBaseURL, end = 'auto' } = options;
  const url = `${baseURL.replace(/\/+$/, '')}${chatPath}`;
  const chance: Chance = {
    now: options.now ?? Date.now,
    randomBytes: options.randomBytes ?? secureRandomBytes,
  };
  const defaults: BodyDefaults = {
    defaultSystem: options.defaultSystem ?? ownSystem,
    greeting: options.greeting,
    temperature: options.temperature ?? defaultTemperature,
    nsfw: options.nsfw ?? false,
    promptId: options.promptId,
  };
  return defineHttpProvider({
    id: providerId,
    capabilities: manifest.capabilities,
    models: modelNames(options),
    timeout: options.timeout,
    proxy: options.proxy,
    checkOptions: checkRequestOptions,
    encode: (request) => ({
      method: 'POST',
      url,
      headers: requestHeaders(chance),
      body: JSON.stringify(chatBody(request, defaults)),
    }),
    decode(head, { model }, { includeRaw, secrets }) {
      refuseChallenge(head);
      return new ReplyDecoder({
        provider: providerId,
        model,
        status: head.status,
        headers: head.headers,
        secrets,
        end,
        framed:
          head.headers['transfer-encoding'] !== undefined || head.headers['content-length'] !== undefined,
        includeRaw,
      });
    },
    errorFrom: refusalOf,
    ...(options.http === undefined ? {} : { http: options.http }),
  });
}

/** FlowGPT's aliases mean FlowGPT's models: they go where the list is another. */
function modelNames({ models, defaultModel }: FlowGptOptions): ModelNames {
  return models === undefined
    ? {
        models: manifest.models,
        aliases: manifest.modelAliases,
        defaultModel: defaultModel ?? manifest.defaultModel,
        open: false,
      }
    : { models, defaultModel: defaultModel ?? models[0], open: false };
}
