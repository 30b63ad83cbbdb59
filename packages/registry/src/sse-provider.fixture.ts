import {
  type ChatEvent,
  type ChatProvider,
  errorFromObject,
  errorFromPage,
  isPage,
  SseDecoder,
  type Timeouts,
} from '@sluice/core';
import { defineHttpProvider, type EventDecoder } from '@sluice/core/http';
import { capable } from './fake-provider.fixture.ts';

/**
 * A provider with a wire: as much of `/v1/chat/completions` as text needs. Real sockets, real failures. `timeout` are its own
 * limits: short ones for the target that is to fail by them, so that no other fails by them on a busy machine.
 */
export function sseProvider(
  id: string,
  baseURL: string,
  model: string,
  timeout: Timeouts = {},
): ChatProvider {
  return defineHttpProvider({
    id,
    timeout,
    capabilities: capable,
    models: { open: true, defaultModel: model },
    encode: (request) => ({
      method: 'POST',
      url: `${baseURL}/chat/completions`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: request.model, messages: request.messages, stream: true }),
    }),
    decode: () => textDecoder(id),
  });
}

interface Chunk {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string };
    readonly finish_reason?: string;
  }[];
}

function textDecoder(provider: string): EventDecoder {
  let target: ChatEvent[] = [];
  let finished = false;
  let seen = '';
  const sse = new SseDecoder(({ data }) => {
    if (data === '[DONE]' || finished) return;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) throw errorFromObject(chunk.error, { provider });
    const text = chunk.choices?.[0]?.delta?.content;
    if (text) target.push({ type: 'text-delta', text });
    if (!chunk.choices?.[0]?.finish_reason) return;
    finished = true;
    target.push({ type: 'finish', reason: 'stop' });
  });
  return {
    push(bytes, into) {
      target = into;
      if (seen.length < 1_000) seen += Buffer.from(bytes).toString();
      if (isPage(seen)) throw errorFromPage(seen, { provider });
      sse.push(bytes);
    },
    end(into) {
      target = into;
      sse.end();
    },
  };
}
