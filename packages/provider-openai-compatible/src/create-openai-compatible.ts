import type { ChatProvider } from '@sluice/core';
import { defineHttpProvider, type HttpRequest, headerCredentials, withHeaders } from '@sluice/core/http';
import { AnswerDecoder } from './answer-decoder.ts';
import { wireCapabilities } from './capabilities.ts';
import { asksForUsage, type EncodingSettings, encodeRequest } from './encode-request.ts';
import { endpoint } from './endpoint.ts';
import { checkExtraFields } from './extra-fields.ts';
import { readModels } from './models-list.ts';
import { checkOptions, type OpenAICompatibleOptions } from './options.ts';
import { refusalWithHint } from './refusal-hints.ts';

/**
 * Makes a provider of any server that speaks `/v1/chat/completions`: OpenAI, vLLM, Ollama, llama.cpp, LM Studio and many more.
 * Throws `invalid-request` for options that cannot work.
 *
 * @example
 * const local = createOpenAICompatible({ id: 'local', baseURL: 'http://localhost:11434/v1', defaultModel: 'llama3.2' });
 * const stream = await local.stream({ messages: [{ role: 'user', content: 'Hello' }] });
 * for await (const text of stream.textStream) process.stdout.write(text);
 */
export function createOpenAICompatible(options: OpenAICompatibleOptions): ChatProvider {
  const id = options.id ?? 'openai-compatible';
  checkOptions(options, id);
  const settings = encodingSettings(options, id);
  const completions = endpoint(options.baseURL, '/chat/completions', id);
  const models = endpoint(options.baseURL, '/models', id);
  const headers = ownHeaders(options);
  // Parts of headers as well: a server may repeat the token of `Bearer <token>` alone.
  const credentials = [...(options.apiKey ? [options.apiKey] : []), ...headerCredentials(options.headers)];
  const get: HttpRequest = {
    method: 'GET',
    url: models,
    headers: { accept: 'application/json', ...headers },
  };

  return defineHttpProvider({
    id,
    capabilities: { ...wireCapabilities, ...options.capabilities },
    models: {
      open: true,
      defaultModel: options.defaultModel,
      models: options.models,
      aliases: options.modelAliases,
    },
    credentials,
    timeout: options.timeout,
    proxy: options.proxy,
    checkOptions: (extra) => checkExtraFields(extra, `providerOptions.${id}`, id),
    encode: (request, { stream }) =>
      withHeaders(
        {
          method: 'POST',
          url: completions,
          // Both forms are understood, whichever is asked for.
          headers: { accept: 'text/event-stream, application/json', 'content-type': 'application/json' },
          body: encodeRequest(request, settings, stream),
        },
        headers,
      ),
    decode: (head, request, { stream, includeRaw, secrets }) =>
      new AnswerDecoder(
        {
          provider: id,
          model: request.model,
          secrets,
          headers: head.headers,
          includeRaw,
          expectsUsage: asksForUsage(request, settings, stream),
        },
        head,
      ),
    errorFrom: refusalWithHint,
    ...(options.models === undefined
      ? {
          listModels: {
            encode: () => get,
            decode: (body, head) => readModels(body, head, { provider: id, secrets: { credentials } }),
          },
        }
      : {}),
  });
}

function encodingSettings(options: OpenAICompatibleOptions, id: string): EncodingSettings {
  return {
    provider: id,
    defaults: { ...options.defaults },
    extraFields: { ...options.extraFields },
    fieldOrder: options.fieldOrder ?? [],
    maxTokensField: options.maxTokensField ?? 'max_tokens',
    jsonObject: options.jsonObject ?? 'json_object',
    includeUsage: options.includeUsage ?? true,
    developerRole: options.developerRole ?? 'system',
  };
}

function ownHeaders({ apiKey, headers }: OpenAICompatibleOptions): { readonly [name: string]: string } {
  const key = apiKey === undefined || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  return withHeaders({ method: 'GET', url: '', headers: key }, headers).headers as {
    readonly [name: string]: string;
  };
}
