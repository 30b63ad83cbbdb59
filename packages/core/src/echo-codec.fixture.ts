import type { Capabilities } from './capabilities.ts';
import { ChatError } from './chat-error.ts';
import type { ChatEvent } from './events.ts';
import { defineHttpProvider, type EventDecoder, type HttpProviderSpec } from './http/http-provider.ts';
import type { ChatProvider } from './provider.ts';
import type { ChatRequest } from './request.ts';
import { SseDecoder } from './sse-decoder.ts';

export const ask: ChatRequest = { messages: [{ role: 'user', content: 'What does a sluice do, please?' }] };

const capabilities: Capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'native',
  tools: 'none',
  vision: 'none',
  json: 'none',
  stop: 'emulated',
  seed: 'none',
  usage: 'none',
  reasoning: 'none',
  cancel: 'native',
  needsAuth: false,
};

/** The smallest protocol there is: server-sent events whose data is text, `[END]` at the end. */
export function echoProvider(baseURL: string, more: Partial<HttpProviderSpec> = {}): ChatProvider {
  return defineHttpProvider({
    id: 'echo',
    capabilities,
    models: { open: true, defaultModel: 'echo-1' },
    encode: ({ model, messages }) => ({
      method: 'POST',
      url: `${baseURL}/chat`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages }),
    }),
    decode: () => textDecoder(),
    ...more,
  });
}

function textDecoder(): EventDecoder {
  let target: ChatEvent[] = [];
  let ended = false;
  const sse = new SseDecoder(({ data }) => {
    if (data === '[END]') {
      ended = true;
      target.push({ type: 'finish', reason: 'stop' });
    } else if (data === '[BROKEN]') {
      throw new ChatError('invalid-response', 'an event is not the protocol', { sent: 'yes' });
    } else {
      target.push({ type: 'text-delta', text: data });
    }
  });
  return {
    push(chunk, into) {
      target = into;
      sse.push(chunk);
    },
    end(into) {
      target = into;
      sse.end();
      if (!ended) throw new ChatError('truncated', 'the stream was cut before [END]', { sent: 'yes' });
    },
  };
}

/** The failure of a promise that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<ChatError> {
  try {
    await promise;
  } catch (error) {
    if (ChatError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a failure');
}
