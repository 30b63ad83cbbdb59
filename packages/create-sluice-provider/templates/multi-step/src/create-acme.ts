import {
  applyStopSequences,
  CallScope,
  ChatError,
  type ChatProvider,
  type ModelNames,
  negotiate,
  openChatStream,
  promptTexts,
  resolveModelName,
  validateCallOptions,
  validateRequest,
} from '@sluice/core';
import { createHttpClient, headerCredentials, staticModels } from '@sluice/core/http';
import { openBackground } from './background.ts';
import { defaultBaseURL, manifest } from './manifest.ts';
import { openAnswer } from './open-answer.ts';
import type { AcmeOptions } from './options.ts';
import { openService } from './service.ts';

const names: ModelNames = { models: manifest.models, defaultModel: manifest.defaultModel, open: false };

/**
 * Makes a provider for Acme Chat. Each call begins a conversation of its own, asks in it, and removes it when the call ends, in
 * whatever way; `close()` waits for what is still being removed.
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
  const http = createHttpClient();
  const service = openService({
    id,
    baseURL,
    // key:begin
    apiKey: options.apiKey,
    // key:end
    http,
  });
  const background = openBackground();
  const open = new Set<CallScope>();

  return {
    id,
    capabilities: manifest.capabilities,
    async listModels(callOptions = {}) {
      validateCallOptions(callOptions);
      return staticModels(names);
    },
    async stream(request, callOptions = {}) {
      validateCallOptions(callOptions);
      validateRequest(request);
      const model = resolveModelName(request.model, names, id);
      const { warnings, localStops } = negotiate(request, manifest.capabilities, id);
      const { headers, proxy } = callOptions;
      // key:begin
      const credentials = [options.apiKey, ...headerCredentials(headers)];
      // key:end
      // no-key: const credentials = headerCredentials(headers);
      const secrets = { credentials, prompts: promptTexts(request.messages) };
      const scope = new CallScope(callOptions);
      open.add(scope);
      const forget = (): void => void open.delete(scope);
      const call = { scope, model, headers, proxy, secrets };
      return openChatStream({
        provider: id,
        model,
        scope,
        first: warnings,
        open: async () => {
          const opening = openAnswer(service, request, call, id, background, forget);
          const events = await background.run(opening);
          return localStops.length > 0 ? applyStopSequences(events, localStops) : events;
        },
      }).catch((error: unknown) => {
        forget();
        throw error;
      });
    },
    async close() {
      for (const scope of open) scope.cancel(new ChatError('aborted', `${id} was closed`, { provider: id }));
      open.clear();
      await background.idle();
      http.close();
    },
  };
}
