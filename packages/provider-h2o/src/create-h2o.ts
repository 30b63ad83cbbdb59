import { randomUUID } from 'node:crypto';
import {
  applyStopSequences,
  asChatError,
  type CallOptions,
  CallScope,
  ChatError,
  type ChatProvider,
  type ModelNames,
  negotiate,
  openChatStream,
  promptTexts,
  resolveModelName,
  stopsOf,
  type Timeouts,
  validateRequest,
} from '@sluice/core';
import { createHttpClient, staticModels } from '@sluice/core/http';
import { capabilitiesOf, negotiableCapabilities } from './capabilities.ts';
import { createEraMemory } from './era-memory.ts';
import { formatPrompt } from './format-prompt.ts';
import { manifest } from './manifest.ts';
import { checkOptions, defaultBaseURL, type H2oOptions } from './options.ts';
import { checkParameters, parametersOf, samplingFieldsOf } from './parameters.ts';
import { createBackground } from './steps/background.ts';
import type { Call } from './steps/call.ts';
import { openAnswer, type Question } from './steps/open-answer.ts';
import { createCookieJar } from './wire/cookie-jar.ts';
import { fetchModels, modelPathsOf } from './wire/models.ts';
import type { About } from './wire/refusal.ts';
import { createSession, type Session } from './wire/session.ts';
import { createSite } from './wire/site.ts';

const id = 'h2o';
const defaultCleanupTimeoutMs = 5_000;

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
  checkOptions(options);
  const era = options.era ?? 'auto';
  const site = createSite(options.baseURL ?? defaultBaseURL);
  const names = modelNames(options);
  const memory = createEraMemory(era);
  const http = createHttpClient({ proxy: options.proxy });
  const background = createBackground();
  const open = new Set<CallScope>();
  const cookieName = options.cookieName ?? 'hf-chat';
  // The server takes any value for a new session; one per provider, so that its terms are accepted once.
  const cookie = options.cookie ?? randomUUID();
  const cleanupTimeoutMs = options.cleanupTimeoutMs ?? defaultCleanupTimeoutMs;
  const timeouts: Timeouts =
    typeof options.timeout === 'number' ? { total: options.timeout } : (options.timeout ?? {});
  let closed = false;

  const newSession = (call: CallOptions): Session =>
    createSession({
      http,
      site,
      jar: createCookieJar(cookieName, cookie),
      headers: [options.headers, call.headers],
      proxy: call.proxy,
      now: Date.now,
    });

  const newScope = (call: CallOptions): CallScope => {
    if (closed) throw new ChatError('aborted', `${id} was closed`, { provider: id });
    const scope = new CallScope(call, timeouts);
    open.add(scope);
    return scope;
  };

  /** For errors: who asked, and what must not be repeated. */
  const aboutCall = <Model extends string | undefined>(
    session: Session,
    call: CallOptions,
    model: Model,
    prompts: readonly string[],
  ): About & { readonly model: Model } => ({
    provider: id,
    model,
    secrets: {
      // The server may set cookies in mid-call.
      get credentials() {
        return [...session.jar.values(), ...secretHeaders(options.headers), ...secretHeaders(call.headers)];
      },
      prompts,
    },
  });

  return {
    id,
    capabilities: capabilitiesOf(era),

    async listModels(call = {}) {
      if (options.models) return staticModels(names);
      const scope = newScope(call);
      const session = newSession(call);
      const about = aboutCall(session, call, undefined, []);
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
      const prompt = (options.promptFormat ?? formatPrompt)(request.messages);
      if (prompt.trim() === '') {
        throw new ChatError('invalid-request', 'messages have no text: chat-ui takes no empty message', {
          provider: id,
          model,
        });
      }
      const scope = newScope(call);
      const forget = (): void => void open.delete(scope);
      const session = newSession(call);
      const state: Call = {
        site,
        session,
        scope,
        about: aboutCall(session, call, model, [...promptTexts(request.messages), prompt]),
        settings: { model, shareConversations: options.shareConversations ?? true },
        memory,
        graceMs: cleanupTimeoutMs,
        candidates: memory.candidates,
        settingsSent: false,
      };
      const question: Question = {
        prompt,
        parameters: parametersOf(request, options.parameters ?? {}, own),
        newId: randomUUID,
        decoding: {
          thinkTags: options.thinkTags ?? 'reasoning',
          includeRaw: call.includeRaw ?? false,
          samplingFields: [
            ...samplingFieldsOf(request),
            ...(Object.keys(own).length > 0 ? [`providerOptions.${id}`] : []),
          ],
        },
        keepConversation: options.keepConversation ?? false,
        cleanupTimeoutMs,
        onEnd: forget,
      };
      const stops = stopsOf(request);
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

function modelNames({ models, defaultModel }: H2oOptions): ModelNames {
  const known = models ?? manifest.models ?? [];
  const aliases = Object.entries(manifest.modelAliases ?? {}).filter(([, model]) => known.includes(model));
  return {
    defaultModel: defaultModel ?? models?.[0] ?? manifest.defaultModel,
    models: known,
    aliases: Object.fromEntries(aliases),
    open: models === undefined,
  };
}

/** The values of headers that tell who is asking. */
function secretHeaders(headers: CallOptions['headers'] = {}): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    /auth|cookie|key|token|secret/i.test(name) ? [value] : [],
  );
}
