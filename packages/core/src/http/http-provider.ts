import { applyStopSequences } from '../apply-stop-sequences.ts';
import { CallScope } from '../call-scope.ts';
import type { Capabilities } from '../capabilities.ts';
import { asChatError, ChatError } from '../chat-error.ts';
import type { ChatEventSource } from '../chat-stream.ts';
import { type ChatEvent, isVisible } from '../events.ts';
import { promptTexts } from '../message-text.ts';
import { type ModelNames, resolveModelName } from '../model-names.ts';
import { negotiate } from '../negotiate.ts';
import { openChatStream } from '../open-chat-stream.ts';
import type { ChatProvider, ModelInfo } from '../provider.ts';
import type { Secrets } from '../redact.ts';
import type { CallOptions, ChatRequest, Timeouts } from '../request.ts';
import { errorFromStatus, type UpstreamFailure } from '../upstream-error.ts';
import { validateCallOptions } from '../validate-call-options.ts';
import { validateRequest } from '../validate-request.ts';
import { headerCredentials } from './header-credentials.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import type { HttpHead, HttpRequest, HttpResponse } from './http-message.ts';

/** The longest part of an error's body that is read, in bytes. */
const errorBodyBytes = 64 * 1024;

/** How much may come before anything that a user would see, in bytes: nobody can read it yet, so it has to be kept. */
const mostSilentBytes = 32 * 1024 * 1024;

/** How many bytes that are already here are decoded in one go: a wait costs as much as a token. */
const mostAtOnce = 64 * 1024;

/** Bytes to events: the decoding half of a codec. One is made for each response. */
export interface EventDecoder {
  /** Appends the events of these bytes. Throws a `ChatError` for bytes that are not the protocol; events before it count. */
  push(chunk: Uint8Array, into: ChatEvent[]): void;
  /** The body has ended: appends `finish` if the protocol's end was seen, else throws `truncated`. */
  end(into: ChatEvent[]): void;
}

/** A validated request with its model resolved. */
export type ResolvedRequest = ChatRequest & { readonly model: string };

/** What a codec may know of the call. */
export interface EncodeContext {
  /** `false`: the caller wants one whole answer. */
  readonly stream: boolean;
  readonly includeRaw: boolean;
  /** What must not appear in errors. */
  readonly secrets: Secrets;
}

/** A one-shot protocol: one request, one response. All functions are pure. */
export interface HttpProviderSpec {
  readonly id: string;
  readonly capabilities: Capabilities;
  readonly models: ModelNames;
  /** Keys, cookies and the like that this provider sends: they are taken out of errors. */
  readonly credentials?: readonly string[];
  /** Limits in milliseconds where a call has none; one number is the total. */
  readonly timeout?: number | Timeouts | undefined;
  readonly proxy?: string | false | undefined;
  /** Checks `providerOptions[id]`, before anything is sent. Throws `invalid-request`. */
  readonly checkOptions?: (options: { readonly [key: string]: unknown }) => void;
  encode(request: ResolvedRequest, context: EncodeContext): HttpRequest;
  decode(head: HttpHead, request: ResolvedRequest, context: EncodeContext): EventDecoder;
  /** A better error than the common reading of status and body gives; nothing for the common one. */
  errorFrom?(failure: UpstreamFailure): ChatError | undefined;
  /** How to ask for the models; without it the static list is the answer. */
  readonly listModels?: {
    encode(): HttpRequest;
    decode(body: string, head: HttpHead): readonly ModelInfo[];
  };
  /** Default: a client of its own. */
  readonly http?: HttpClient;
}

/**
 * Makes a provider of a one-shot protocol: validation, negotiation, the commit point, limits, cancellation, stop sequences,
 * errors and clean-up come with it; the codec says what goes over the wire.
 *
 * @example
 * const provider = defineHttpProvider({ id: 'echo', capabilities, models: { open: true, defaultModel: 'echo-1' }, encode, decode });
 */
export function defineHttpProvider(spec: HttpProviderSpec): ChatProvider {
  const { id, capabilities } = spec;
  const http = spec.http ?? createHttpClient({ proxy: spec.proxy });
  const open = new Set<CallScope>();

  const newScope = (options: CallOptions): CallScope => {
    const scope = new CallScope(options, spec.timeout);
    open.add(scope);
    return scope;
  };

  /** A codec that refuses a response by its head must not leave its socket open. */
  const decoderOf = (
    response: HttpResponse,
    request: ResolvedRequest,
    context: EncodeContext,
  ): EventDecoder => {
    try {
      return spec.decode(response, request, context);
    } catch (error) {
      response.body.abort();
      throw error;
    }
  };

  return {
    id,
    capabilities,
    async listModels(options = {}) {
      validateCallOptions(options);
      if (!spec.listModels) return staticModels(spec.models);
      const scope = newScope(options);
      try {
        const request = withHeaders(spec.listModels.encode(), options.headers);
        const response = await http.request(request, scope, options.proxy);
        const secrets: Secrets = { credentials: credentialsOf(spec, options) };
        if (response.status >= 400) throw await failureOf(spec, undefined, response, secrets);
        return spec.listModels.decode(await response.body.text(), response);
      } catch (error) {
        throw asChatError(scope.error ?? error, { provider: id });
      } finally {
        scope.close();
        open.delete(scope);
      }
    },
    async stream(request, options = {}) {
      validateCallOptions(options);
      validateRequest(request);
      const model = resolveModelName(request.model, spec.models, id);
      const own = request.providerOptions?.[id];
      if (own) spec.checkOptions?.(own);
      const { warnings, localStops } = negotiate(request, capabilities, id);
      const resolved: ResolvedRequest = { ...request, model };
      const context: EncodeContext = {
        stream: options.stream ?? true,
        includeRaw: options.includeRaw ?? false,
        secrets: { credentials: credentialsOf(spec, options), prompts: promptTexts(request.messages) },
      };
      const scope = newScope(options);
      const forget = (): void => void open.delete(scope);
      return openChatStream({
        provider: id,
        model,
        scope,
        first: warnings,
        open: async () => {
          const encoded = withHeaders(spec.encode(resolved, context), options.headers);
          const response = await http.request(encoded, scope, options.proxy);
          if (response.status < 200 || response.status > 299) {
            throw await failureOf(spec, model, response, context.secrets);
          }
          const source = responseEvents(response, decoderOf(response, resolved, context), forget);
          return localStops.length > 0 ? applyStopSequences(source, localStops) : source;
        },
      }).catch((error: unknown) => {
        forget();
        throw error;
      });
    },
    async close() {
      for (const scope of open) scope.cancel(new ChatError('aborted', `${id} was closed`, { provider: id }));
      open.clear();
      if (!spec.http) http.close();
    },
  };
}

/** The events of a response, pulled through a decoder. */
export function responseEvents(
  response: HttpResponse,
  decoder: EventDecoder,
  onClose: () => void = () => {},
): ChatEventSource {
  const { body } = response;
  let silentBytes = 0;
  const decode = (chunk: Uint8Array | undefined, into: ChatEvent[]): boolean => {
    if (chunk === undefined) {
      const before = into.length;
      decoder.end(into);
      return into.length > before;
    }
    const before = into.length;
    decoder.push(chunk, into);
    if (silentBytes >= 0) {
      if (into.slice(before).some(isVisible)) silentBytes = -1;
      else silentBytes += chunk.length;
      if (silentBytes > mostSilentBytes) {
        throw new ChatError(
          'invalid-response',
          `the upstream sent more than ${mostSilentBytes} bytes and no answer`,
          { sent: 'yes' },
        );
      }
    }
    return true;
  };
  /** A chunk that was asked for while the ones before it were decoded. */
  let asked: Promise<Uint8Array | undefined> | undefined;
  return {
    pull(into) {
      const before = into.length;
      let bytes = 0;
      while (bytes < mostAtOnce) {
        const chunk = asked ?? body.read();
        asked = undefined;
        if (chunk instanceof Promise) {
          if (into.length === before) return chunk.then((late) => decode(late, into));
          asked = chunk;
          // Whoever leaves now never looks at it.
          chunk.catch(() => {});
          return true;
        }
        if (!decode(chunk, into)) return into.length > before;
        if (chunk === undefined || into.at(-1)?.type === 'finish') return true;
        bytes += chunk.length;
      }
      return true;
    },
    close(outcome) {
      onClose();
      if (outcome === 'finished') body.release();
      else body.abort();
    },
  };
}

/** The static list as models, for protocols that cannot be asked. */
export function staticModels(names: ModelNames): readonly ModelInfo[] {
  return (names.models ?? []).map((model) => ({ id: model, source: 'manifest' }));
}

/** Puts extra headers over a request's own; names are compared without case. */
export function withHeaders(request: HttpRequest, extra: CallOptions['headers']): HttpRequest {
  if (!extra) return request;
  const names = new Set(Object.keys(extra).map((name) => name.toLowerCase()));
  const own = Object.entries(request.headers ?? {}).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...request, headers: { ...Object.fromEntries(own), ...extra } };
}

/** What the codec knows as credentials, and what the caller gave for this call alone. */
function credentialsOf(
  spec: Pick<HttpProviderSpec, 'credentials'>,
  { headers }: CallOptions,
): readonly string[] {
  return [...(spec.credentials ?? []), ...headerCredentials(headers)];
}

async function failureOf(
  spec: Pick<HttpProviderSpec, 'id' | 'errorFrom'>,
  model: string | undefined,
  response: HttpResponse,
  secrets: Secrets,
): Promise<ChatError> {
  const failure: UpstreamFailure = {
    provider: spec.id,
    model,
    status: response.status,
    headers: response.headers,
    body: await response.body.beginning(errorBodyBytes),
    secrets,
    nowMs: Date.now(),
  };
  return spec.errorFrom?.(failure) ?? errorFromStatus(failure);
}
