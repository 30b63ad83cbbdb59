import { Buffer } from 'node:buffer';
import { ChatError, type ChatEvent, type ChatProvider } from '@sluice/core';
import { type HopAnswer, type HttpHop, interceptHttp } from '@sluice/core/http';
import { createFlowGpt } from '@sluice/provider-flowgpt';
import { createH2o } from '@sluice/provider-h2o';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createYlokh } from '@sluice/provider-ylokh';

/** The protocols that the providers decode. */
export const wireNames = ['openai', 'ylokh', 'flowgpt', 'h2o-a', 'h2o-b', 'h2o-c', 'h2o-d', 'h2o-e'] as const;
export type WireName = (typeof wireNames)[number];

const origin = 'http://upstream.test';
/** No word of it may come back in an error. */
export const prompt = 'Tell me about sluices and nothing else, if you please.';

const h2o = (era: 'a' | 'b' | 'c' | 'd' | 'e') => (): ChatProvider =>
  createH2o({ baseURL: origin, era, defaultModel: 'm', proxy: false });

const providers: { readonly [Name in WireName]: () => ChatProvider } = {
  openai: () =>
    createOpenAICompatible({ id: 'openai', baseURL: `${origin}/v1`, defaultModel: 'm', proxy: false }),
  ylokh: () => createYlokh({ baseURL: `${origin}/v1`, proxy: false }),
  flowgpt: () => createFlowGpt({ baseURL: origin, proxy: false }),
  'h2o-a': h2o('a'),
  'h2o-b': h2o('b'),
  'h2o-c': h2o('c'),
  'h2o-d': h2o('d'),
  'h2o-e': h2o('e'),
};

/** What a caller saw of one answer. */
export interface Seen {
  readonly events: readonly ChatEvent[];
  readonly error: ChatError | undefined;
}

export interface Reading {
  readonly contentType?: string;
  /** Whether HTTP marks the end of the body. Default: it does. */
  readonly framed?: boolean;
  /** Which pieces keep their reader waiting, in turn. Default: none. */
  readonly late?: readonly boolean[];
  readonly includeRaw?: boolean;
  /** Told of each event instead of keeping it. */
  readonly onEvent?: (event: ChatEvent) => void;
}

/** What a provider makes of a body that comes in these pieces. Throws what is not a `ChatError`: a crash. */
export async function readAnswer(
  wire: WireName,
  pieces: Iterable<Uint8Array>,
  { contentType = 'text/event-stream', framed = true, late = [], includeRaw = false, onEvent }: Reading = {},
): Promise<Seen> {
  const events: ChatEvent[] = [];
  const stop = interceptHttp(async (hop) => {
    if (!isQuestion(hop)) return answer(200, [Buffer.from(besides(hop))]);
    const headers = {
      'content-type': contentType,
      ...(framed ? { 'transfer-encoding': 'chunked' } : {}),
    };
    return { ...answer(200, pieces, late), headers };
  });
  const provider = providers[wire]();
  try {
    const stream = await provider.stream({ messages: [{ role: 'user', content: prompt }] }, { includeRaw });
    for await (const event of stream) {
      if (onEvent) onEvent(event);
      else events.push(event);
    }
    return { events, error: undefined };
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    return { events, error };
  } finally {
    // It waits for what is still being deleted.
    await provider.close();
    stop();
  }
}

/** Whether it is the request whose answer is decoded; the others are the steps around it. */
function isQuestion({ method, url }: HttpHop): boolean {
  return (
    method === 'POST' &&
    /\/chat\/completions$|\/chat-anonymous$|\/conversation\/[^/]+$/.test(new URL(url).pathname)
  );
}

/** What chat-ui answers to the other steps. */
function besides({ url }: HttpHop): string {
  const conversation = { messages: [{ id: 'parent', from: 'system', content: '' }], rootMessageId: 'parent' };
  const { pathname } = new URL(url);
  if (pathname.endsWith('/conversation')) return '{"conversationId":"64b7f0c1e4b0a1a2b3c4d5e6"}';
  return pathname.startsWith('/api/') ? JSON.stringify(conversation) : '{}';
}

function answer(status: number, pieces: Iterable<Uint8Array>, late: readonly boolean[] = []): HopAnswer {
  const left = pieces[Symbol.iterator]();
  let at = 0;
  return {
    status,
    headers: {},
    body: {
      read() {
        const next = left.next();
        const piece = next.done ? undefined : next.value;
        at += 1;
        return late[at % late.length] ? Promise.resolve(piece) : piece;
      },
      release() {},
      abort() {},
    },
  };
}
