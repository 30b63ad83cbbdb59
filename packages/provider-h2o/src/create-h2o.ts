import { randomUUID } from 'node:crypto';
import {
  applyStopSequences,
  asChatError,
  type CallOptions,
  CallScope,
  ChatError,
  type ChatProvider,
  negotiate,
  openChatStream,
  promptTexts,
  resolveModelName,
  validateRequest,
} from '@sluice/core';
import { createHttpClient, staticModels } from '@sluice/core/http';
import { capabilitiesOf, negotiableCapabilities } from './capabilities.ts';
import { createEraMemory } from './era-memory.ts';
import { type H2oOptions, settleOptions } from './options.ts';
import { checkParameters, parametersOf, samplingFieldsOf, stopSequences } from './parameters.ts';
import { promptOf } from './prompt-of.ts';
import { createBackground } from './steps/background.ts';
import type { Call } from './steps/call.ts';
import { openAnswer, type Question } from './steps/open-answer.ts';
import { createCookieJar } from './wire/cookie-jar.ts';
import { fetchModels, modelPathsOf } from './wire/models.ts';
import { secretsOf } from './wire/secrets.ts';
import { createSession, type Session } from './wire/session.ts';
import { createSite } from './wire/site.ts';

const id = 'h2o';

/**
 * Makes a provider for a chat-ui server of any version, 2023-06 to today: H2O's, HuggingChat's, or one's own.
 *
 * Each call makes a conversation of its own, sends the whole exchange as one prompt, and deletes the conversation when the
 * call ends, in whatever way; `close()` waits for what is still being deleted. Throws `invalid-request` for an option that is
 * unknown or of the wrong type.
 *
 * @example
 * const provider = createH2o({ baseURL: 'http://127.0.0.1:3000', defaultModel: 'my-model' });
 * const stream = await provider.stream({ messages: [{ role: 'user', content: 'Hello!' }] });
 * for await (const text of stream.textStream) process.stdout.write(text);
 * await provider.close();
 */
export function createH2o(options: H2oOptions = {}): ChatProvider {
  const settled = settleOptions(options);
  const { era, names } = settled;
  const site = createSite(settled.baseURL);
  const memory = createEraMemory(era);
  const http = createHttpClient({ proxy: settled.proxy });
  const background = createBackground();
  const open = new Set<CallScope>();
  let closed = false;

  const newScope = (call: CallOptions): CallScope => {
    if (closed) throw new ChatError('aborted', `${id} was closed`, { provider: id });
    const scope = new CallScope(call, settled.timeouts);
    open.add(scope);
    return scope;
  };

  const newSession = (call: CallOptions): Session =>
    createSession({
      http,
      site,
      jar: createCookieJar(settled.cookieName, settled.cookie, new URL(site.home)),
      headers: [settled.headers, call.headers],
      proxy: call.proxy,
      now: Date.now,
    });

  return {
    id,
    capabilities: capabilitiesOf(era),

    async listModels(call = {}) {
      if (!names.open) return staticModels(names);
      const scope = newScope(call);
      const session = newSession(call);
      const about = { provider: id, model: undefined, secrets: secretsOf(session, []) };
      try {
        const paths = modelPathsOf(memory.candidates);
        return (await fetchModels(paths, site, session, scope, about)) ?? staticModels(names);
      } catch (error) {
        throw asChatError(error, { provider: id });
      } finally {
        scope.close();
        open.delete(scope);
      }
    },

    async stream(request, call = {}) {
      validateRequest(request);
      const model = resolveModelName(request.model, names, id);
      const own = request.providerOptions?.[id] ?? {};
      checkParameters(own, `providerOptions.${id}`);
      const { warnings } = negotiate(request, negotiableCapabilities(era), id);
      const prompt = promptOf(request.messages, settled.promptFormat, { provider: id, model });
      const stops = stopSequences(request, settled.parameters, own);

      const scope = newScope(call);
      const forget = (): void => void open.delete(scope);
      const session = newSession(call);
      const state: Call = {
        site,
        session,
        scope,
        about: {
          provider: id,
          model,
          secrets: secretsOf(session, [...promptTexts(request.messages), prompt]),
        },
        settings: { model, shareConversations: settled.shareConversations },
        memory,
        graceMs: settled.cleanupTimeoutMs,
        candidates: memory.candidates,
        settingsSent: false,
      };
      const parameters = parametersOf(request, settled.parameters, own);
      const question: Question = {
        prompt,
        parameters,
        newId: randomUUID,
        decoding: {
          thinkTags: settled.thinkTags,
          includeRaw: call.includeRaw ?? false,
          maxNewTokens: parameters.max_new_tokens,
          samplingFields: samplingFieldsOf(request, id),
        },
        keepConversation: settled.keepConversation,
        cleanupTimeoutMs: settled.cleanupTimeoutMs,
        onEnd: forget,
      };
      return openChatStream({
        provider: id,
        model,
        scope,
        first: warnings,
        open: async () => {
          const source = await background.run(openAnswer(state, question, background));
          return stops.length > 0 ? applyStopSequences(source, stops) : source;
        },
      }).catch((error: unknown) => {
        forget();
        throw error;
      });
    },

    async close() {
      closed = true;
      for (const scope of open) scope.cancel(new ChatError('aborted', `${id} was closed`, { provider: id }));
      open.clear();
      await background.idle();
      http.close();
    },
  };
}
