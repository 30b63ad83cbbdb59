import { randomBytes as secureRandomBytes } from 'node:crypto';
import type { ChatProvider, ModelNames } from '@sluice/core';
import { defineHttpProvider, type HttpHead } from '@sluice/core/http';
import { type BodyDefaults, chatBody } from './chat-body.ts';
import { defaultBaseURL, defaultTemperature, manifest, providerId } from './manifest.ts';
import { checkOptions, type FlowGptOptions } from './options.ts';
import { refusalOf, refuseChallenge } from './refusal.ts';
import { ReplyDecoder } from './reply-decoder.ts';
import { type Chance, requestHeaders } from './request-headers.ts';
import { checkRequestOptions } from './request-options.ts';

const chatPath = '/v3/chat-anonymous';

/** Sent where a request has no system text: what FlowGPT does without any is not known, its page never leaves it out. */
const ownSystem = 'You are an assistant. Give a correct and useful answer to what the user asks.';

/**
 * A provider for FlowGPT's anonymous chat: one signed POST, answered with one JSON object a line. Throws `invalid-request` for
 * an option that is unknown or of the wrong type.
 *
 * @example
 * const provider = createFlowGpt({ baseURL: 'http://127.0.0.1:8787' });
 * const stream = await provider.stream({ messages: [{ role: 'user', content: 'Hello' }] });
 * for await (const text of stream.textStream) process.stdout.write(text);
 */
export function createFlowGpt(options: FlowGptOptions = {}): ChatProvider {
  checkOptions(options);
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
        framed: isFramed(head),
        includeRaw,
      });
    },
    errorFrom: refusalOf,
    ...(options.http === undefined ? {} : { http: options.http }),
  });
}

/** A 204 has no body, and so no end that could be missing. */
function isFramed({ status, headers }: HttpHead): boolean {
  return (
    status === 204 || headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined
  );
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
