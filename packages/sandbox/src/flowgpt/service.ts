import { type Exchange, paceOf } from '../exchange.ts';
import { type Frame, frame, type StreamGrammar } from '../frames.ts';
import { paced } from '../pace.ts';
import { sendJson, sendStream } from '../reply.ts';
import type { Service } from '../service.ts';
import { composeSpeech, type Speech } from '../speech.ts';
import { type FlowGptRequest, FlowGptRequestError, readFlowGptRequest } from './chat-request.ts';
import { createSignatureCheck } from './signature.ts';

/** Options of the FlowGPT service. */
export interface FlowGptOptions {
  /** Models that are taken. Default: the list of the original client. */
  readonly models?: readonly string[];
  /** Checks the signed headers. Default true. */
  readonly checkSignature?: boolean;
  /** The server's clock, Unix time in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

const CHAT_PATH = '/v3/chat-anonymous';

const MODELS: readonly string[] = [
  'gpt-3.5-turbo',
  'gpt-3.5-long',
  'gpt-4-turbo',
  'google-gemini',
  'claude-instant',
  'claude-v1',
  'claude-v2',
  'llama2-13b',
  'mythalion-13b',
  'pygmalion-13b',
  'chronos-hermes-13b',
  'Mixtral-8x7B',
  'Dolphin-2.6-8x7B',
];

function event(name: string, data: unknown): string {
  return `${JSON.stringify({ event: name, data })}\n`;
}

const GRAMMAR: StreamGrammar = {
  style: 'lines',
  text: (text) => event('text', text),
  keepAlive: () => '\n',
  failure: (message, status) => [frame('error', event('error', { message, code: status }))],
};

async function* chatFrames(
  exchange: Exchange,
  request: FlowGptRequest,
  speech: Speech,
): AsyncGenerator<Frame> {
  yield frame('open', event('metadata', { id: `m${exchange.entry.request.number}`, model: request.model }));
  let tokens = 0;
  for await (const token of paced(speech.tokens, paceOf(exchange), exchange.signal)) {
    tokens += 1;
    yield frame('text', event('text', token));
  }
  if (speech.failure !== undefined) {
    yield* GRAMMAR.failure(speech.failure.message, speech.failure.status ?? 500);
    return;
  }
  yield frame('usage', event('usage', { tokens }));
  yield frame('end', event('end', null));
}

function sendError(exchange: Exchange, status: number, message: string): Promise<void> {
  return sendJson(exchange, status, { error: { message } });
}

/** Creates the FlowGPT server: one signed POST, one JSON object a line. */
export function createFlowGptService(options: FlowGptOptions): Service & { readonly reset: () => void } {
  const signatures = createSignatureCheck();
  const now = options.now ?? Date.now;
  const models = options.models ?? MODELS;

  async function chat(exchange: Exchange): Promise<void> {
    const refusal = (options.checkSignature ?? true) ? signatures.check(exchange.headers, now()) : undefined;
    if (refusal !== undefined) return sendError(exchange, refusal.status, refusal.message);
    if (!/^application\/json\s*(?:;|$)/iu.test(exchange.headers['content-type'] ?? '')) {
      return sendError(exchange, 415, 'the content type must be application/json');
    }
    const request = readFlowGptRequest(exchange.body.toString('utf8'));
    if (!models.includes(request.model))
      return sendError(exchange, 400, `model ${request.model} is not supported`);
    const { model, question, system, history } = request;
    const messages = [{ role: 'system', content: system }, ...history, { role: 'user', content: question }];
    const speech = composeSpeech(exchange, { model, prompt: question, messages }, { streamed: true });
    const { failure } = speech;
    if (failure !== undefined && exchange.entry.request.answer === '') {
      return sendError(exchange, failure.status ?? 500, failure.message);
    }
    return sendStream(exchange, {
      head: { status: 200, headers: { 'content-type': 'application/octet-stream' } },
      grammar: GRAMMAR,
      frames: chatFrames(exchange, request, speech),
      whole: (text) => ({ event: 'text', data: text }),
    });
  }

  return {
    name: 'flowgpt',
    phaseOf: (_method, path) => (path === CHAT_PATH ? 'message' : 'other'),
    errorBody: (status) => ({ error: { message: `The sandbox was asked to answer ${status}.` } }),
    reset: signatures.forget,
    handle: async (exchange) => {
      if (exchange.path !== CHAT_PATH)
        return sendError(exchange, 404, `Cannot ${exchange.method} ${exchange.path}`);
      if (exchange.method !== 'POST') return sendError(exchange, 405, 'Method Not Allowed');
      try {
        return await chat(exchange);
      } catch (error) {
        if (!(error instanceof FlowGptRequestError)) throw error;
        return sendError(exchange, 400, error.message);
      }
    },
  };
}
