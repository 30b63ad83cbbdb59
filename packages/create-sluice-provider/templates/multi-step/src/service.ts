import {
  CallScope,
  ChatError,
  type ChatRequest,
  errorFromStatus,
  parseJson,
  type Secrets,
  textOf,
} from '@sluice/core';
import { type HttpClient, type HttpRequest, type HttpResponse, withHeaders } from '@sluice/core/http';
import { PatientScope } from './patient-scope.ts';

/** The longest part of an error's body that is read, in bytes. */
const errorBodyBytes = 64 * 1024;

/** How long an answer to the first step is waited for once its call was cancelled, and how long cleaning up may take. */
const graceMs = 5_000;

/** Where the service is, and who asks. */
export interface ServiceOptions {
  /** Id of the provider, for errors. */
  readonly id: string;
  readonly baseURL: string;
  // key:begin
  readonly apiKey: string;
  // key:end
  readonly http: HttpClient;
}

/** What the steps have to know of the call that they belong to. */
export interface Call {
  readonly scope: CallScope;
  readonly model: string;
  readonly headers: { readonly [name: string]: string } | undefined;
  readonly proxy: string | false | undefined;
  /** What must not appear in errors. */
  readonly secrets: Secrets;
}

/** The steps of the protocol. They throw a `ChatError`. */
export interface Service {
  /** Begins a conversation and answers with its id. Goes on for a while when the call is cancelled: whoever awaits it looks at the scope. */
  begin(call: Call): Promise<string>;
  /** Asks in a conversation; the body of the response is the answer. */
  ask(conversation: string, request: ChatRequest, call: Call): Promise<HttpResponse>;
  /** Ends a conversation, which also stops an answer in the making. It has a lifetime of its own and never throws. */
  remove(conversation: string, call: Call): Promise<void>;
}

/** Makes the steps of the protocol over HTTP. */
export function openService(options: ServiceOptions): Service {
  const base = `${options.baseURL.replace(/\/+$/, '')}/conversations`;

  const send = async (
    method: HttpRequest['method'],
    url: string,
    body: object | undefined,
    call: Call,
    scope: CallScope,
  ): Promise<HttpResponse> => {
    const headers = {
      'content-type': body && 'application/json',
      // key:begin
      authorization: `Bearer ${options.apiKey}`,
      // key:end
    };
    const request: HttpRequest = { method, url, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await options.http.request(withHeaders(request, call.headers), scope, call.proxy);
    if (response.status >= 200 && response.status <= 299) return response;
    throw errorFromStatus({
      provider: options.id,
      model: call.model,
      status: response.status,
      headers: response.headers,
      body: await response.body.beginning(errorBodyBytes),
      secrets: call.secrets,
      nowMs: Date.now(),
    });
  };

  return {
    async begin(call) {
      const scope = new PatientScope(call.scope, graceMs);
      try {
        const response = await send('POST', base, { model: call.model }, call, scope);
        return conversationOf(parseJson(await response.body.text(), 'the new conversation'), options.id);
      } finally {
        scope.close();
      }
    },
    ask(conversation, { messages, temperature }, call) {
      const told = messages.map(({ role, content }) => ({ role, content: textOf(content) }));
      const body = { messages: told, temperature };
      return send('POST', `${base}/${encodeURIComponent(conversation)}/messages`, body, call, call.scope);
    },
    async remove(conversation, call) {
      const scope = new CallScope({ timeout: graceMs });
      try {
        const url = `${base}/${encodeURIComponent(conversation)}`;
        const response = await send('DELETE', url, undefined, call, scope);
        response.body.release();
      } catch {
        // The answer is what the caller wanted; a service that keeps the conversation spoils nothing.
      } finally {
        scope.close();
      }
    },
  };
}

function conversationOf(value: unknown, provider: string): string {
  const { id } = (value ?? {}) as { readonly id?: unknown };
  if (typeof id === 'string' && id !== '') return id;
  throw new ChatError('invalid-response', 'the new conversation has no id', { provider, sent: 'yes' });
}
