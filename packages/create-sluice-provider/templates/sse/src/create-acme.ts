import { type ChatProvider, textOf } from '@sluice/core';
import { defineHttpProvider } from '@sluice/core/http';
import { AnswerDecoder } from './answer-decoder.ts';
import { defaultBaseURL, manifest } from './manifest.ts';
import type { AcmeOptions } from './options.ts';

/**
 * Makes a provider for Acme Chat. The codec is all there is to write: `defineHttpProvider` brings the commit point, limits,
 * cancellation, stop sequences and errors.
 *
 * @example
 * // key:begin
 * const provider = createAcme({ apiKey: process.env.ACME_API_KEY ?? '' });
 * // key:end
 * // no-key: const provider = createAcme();
 */
// no-key: export function createAcme(options: AcmeOptions = {}): ChatProvider {
// key:begin
export function createAcme(options: AcmeOptions): ChatProvider {
  // key:end
  const { id = manifest.id, baseURL = defaultBaseURL } = options;
  return defineHttpProvider({
    id,
    capabilities: manifest.capabilities,
    models: { models: manifest.models, defaultModel: manifest.defaultModel, open: false },
    // key:begin
    credentials: [options.apiKey],
    // key:end
    encode: ({ model, messages, temperature }) => ({
      method: 'POST',
      url: `${baseURL.replace(/\/+$/, '')}/chat`,
      headers: {
        'content-type': 'application/json',
        // key:begin
        authorization: `Bearer ${options.apiKey}`,
        // key:end
      },
      body: JSON.stringify({
        model,
        messages: messages.map(({ role, content }) => ({ role, content: textOf(content) })),
        temperature,
      }),
    }),
    decode: (_head, _request, { secrets }) => new AnswerDecoder(id, secrets),
  });
}
