import {
  type Capabilities,
  ChatError,
  type ChatEvent,
  type ChatProvider,
  defaultMaxLineBytes,
  errorFromObject,
  errorFromPage,
  isPage,
  parseJson,
  type Secrets,
  SseDecoder,
} from '@sluice/core';
import { defineHttpProvider, type EventDecoder, type HttpProviderSpec } from '@sluice/core/http';
import type { Subject } from './subject.ts';
import type { UpstreamDescription } from './upstream-description.ts';

/** What the reference provider declares. */
const referenceCapabilities: Capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'emulated',
  tools: 'native',
  vision: 'none',
  json: 'none',
  stop: 'emulated',
  seed: 'native',
  usage: 'native',
  reasoning: 'native',
  cancel: 'native',
  needsAuth: false,
  maxInputChars: 100_000,
  parameters: ['temperature', 'maxOutputTokens'],
};

/** A message of the reference protocol: server-sent events of JSON, one field each. */
interface Message {
  readonly text?: string;
  readonly thought?: string;
  readonly call?: { readonly id: string; readonly name: string; readonly arguments: string };
  readonly error?: unknown;
  readonly end?: 'stop' | 'length' | 'tool-calls';
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
}

/** Where a mutation may change the reference provider. */
export interface ReferenceParts {
  readonly spec?: (spec: HttpProviderSpec) => HttpProviderSpec;
  readonly capabilities?: Partial<Capabilities>;
  readonly wrap?: (provider: ChatProvider) => ChatProvider;
}

/** Decodes the reference protocol, rightly. */
export function referenceDecoder(
  secrets: Secrets = {},
  includeRaw = false,
  maxLineBytes: number = defaultMaxLineBytes,
): EventDecoder {
  let target: ChatEvent[] = [];
  let ended = false;
  let stray = '';
  const read = (message: Message): void => {
    if (ended) return;
    if (includeRaw) target.push({ type: 'raw', value: message });
    if (message.error !== undefined) throw errorFromObject(message.error, { provider: 'reference', secrets });
    if (message.thought !== undefined) target.push({ type: 'reasoning-delta', text: message.thought });
    if (message.call) target.push({ type: 'tool-call', ...message.call });
    if (message.text !== undefined) target.push({ type: 'text-delta', text: message.text });
    if (message.end === undefined) return;
    ended = true;
    const { usage } = message;
    target.push({ type: 'finish', reason: message.end, ...(usage ? { usage } : {}) });
  };
  const sse = new SseDecoder(({ data }) => read(parseJson(data, 'an event of the answer') as Message), {
    maxLineBytes,
    onOther: (line) => {
      stray += line;
    },
  });
  return {
    push(chunk, into) {
      target = into;
      sse.push(chunk);
    },
    end(into) {
      target = into;
      sse.end();
      if (isPage(stray)) throw errorFromPage(stray, { provider: 'reference' });
      if (!ended) throw new ChatError('truncated', 'the answer was cut before its end', { sent: 'yes' });
    },
  };
}

/** A provider that keeps every rule, with some of its parts replaced. */
export function referenceProvider(
  baseURL: string,
  credential: string,
  parts: ReferenceParts = {},
): ChatProvider {
  const spec: HttpProviderSpec = {
    id: 'reference',
    capabilities: { ...referenceCapabilities, ...parts.capabilities },
    models: { models: ['one', 'two'], defaultModel: 'one', open: false },
    credentials: [credential],
    encode: (request) => ({
      method: 'POST',
      url: `${baseURL}/chat`,
      headers: { authorization: `Bearer ${credential}`, 'user-agent': 'reference' },
      body: JSON.stringify({ ...request, providerOptions: undefined }),
    }),
    decode: (_head, _request, { secrets, includeRaw }) => referenceDecoder(secrets, includeRaw),
    listModels: {
      encode: () => ({ method: 'GET', url: `${baseURL}/models` }),
      decode: (body) => (JSON.parse(body) as string[]).map((id) => ({ id, source: 'upstream' })),
    },
  };
  const provider = defineHttpProvider(parts.spec ? parts.spec(spec) : spec);
  return parts.wrap ? parts.wrap(provider) : provider;
}

function event(message: Message): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}

/** The other side of the reference protocol. */
export const referenceUpstream: UpstreamDescription = {
  contentType: 'text/event-stream',
  text: (text) => event({ text }),
  reasoning: (thought) => event({ thought }),
  toolCall: (call) => event({ call }),
  error: (message) => event({ error: { message } }),
  end: ({ reason, usage }) =>
    event({ end: reason as 'stop' | 'length' | 'tool-calls', ...(usage ? { usage } : {}) }),
  reasons: ['stop', 'length'],
  models: { ids: ['one', 'two'], body: '["one","two"]' },
};

/** The reference provider with these parts, as a subject. */
export function referenceSubject(parts: ReferenceParts = {}): Subject {
  return {
    create: ({ baseURL, credential }) => referenceProvider(baseURL, credential, parts),
    upstream: referenceUpstream,
  };
}
