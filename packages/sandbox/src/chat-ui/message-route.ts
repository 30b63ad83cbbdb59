import { type Exchange, paceOf } from '../exchange.ts';
import { sendBody, sendJson, sendStream } from '../reply.ts';
import { composeSpeech, type Speech } from '../speech.ts';
import { wantsPage } from './accept.ts';
import { ChatUiError } from './chat-ui-error.ts';
import { type ChatUiContext, sendPage, withCookie } from './context.ts';
import { addMessage, type Conversation } from './conversation.ts';
import { type Generation, startGeneration } from './generation.ts';
import { type Fields, type MessageRequest, readMessageRequest } from './message-request.ts';
import { type Placement, placeMessage } from './placement.ts';
import { TGI_GRAMMAR, tgiError, tgiFrames, tgiParameterError } from './tgi-frames.ts';
import { type UpdateAnswer, updateFrames, updateGrammar } from './update-frames.ts';

const MINUTE_MS = 60_000;

function checkRate(context: ChatUiContext, session: string): void {
  const limit = context.options.rateLimitPerMinute;
  if (limit === undefined) return;
  const now = Date.now();
  const recent = (context.attempts.get(session) ?? []).filter((at) => now - at < MINUTE_MS);
  // Era A counts the answers it has saved and lets one more through; later eras count every attempt.
  const refused = context.era.name === 'a' ? recent.length > limit : recent.length >= limit;
  if (refused) throw new ChatUiError(429, 'You are sending too many messages. Try again later.');
  context.attempts.set(session, [...recent, now]);
}

/** Registers a generation, and saves its answer when it ends. */
function begin(
  context: ChatUiContext,
  exchange: Exchange,
  conversation: Conversation,
  speech: Speech,
  save: (text: string) => void,
): Generation {
  conversation.generating = true;
  conversation.stopped = false;
  const generation = startGeneration(speech, paceOf(exchange), context.closing, (ended) => {
    context.generations.delete(ended);
    conversation.generating = [...context.generations.values()].includes(conversation);
    conversation.stopped = ended.stopped;
    save(ended.text);
    context.changes.emit();
  });
  context.generations.set(generation, conversation);
  context.changes.emit();
  return generation;
}

interface Post {
  readonly context: ChatUiContext;
  readonly exchange: Exchange;
  readonly session: string;
  readonly conversation: Conversation;
  readonly request: MessageRequest;
  readonly placement: Placement;
}

function speak(
  { exchange, conversation, placement }: Post,
  maxTokens?: number,
): Speech & { readonly limited: boolean } {
  const { history, prompt } = placement;
  const messages = [
    ...history.map(({ from, content }) => ({ role: from, content })),
    { role: 'user', content: prompt },
  ];
  let limited = false;
  const speech = composeSpeech(
    exchange,
    { model: conversation.model, prompt, messages },
    {
      streamed: true,
      cut: (tokens) => {
        limited = maxTokens !== undefined && tokens.length > maxTokens;
        return limited ? tokens.slice(0, maxTokens) : tokens;
      },
    },
  );
  return { ...speech, limited };
}

/** Headers that the model server of era A sends and chat-ui copies. */
const TGI_HEADERS = {
  'access-control-allow-origin': '*',
  'cache-control': 'no-cache',
  'content-type': 'text/event-stream',
  'x-accel-buffering': 'no',
  'x-compute-type': 'gpu+optimized',
} as const;

/** Era A: the model server's own answer, status and headers included. */
async function passThrough(post: Post): Promise<void> {
  const { context, exchange, session, conversation, request, placement } = post;
  const cookie = (headers: Record<string, string>): Record<string, string | readonly string[]> =>
    withCookie(context, exchange, session, headers);
  const json = cookie({ 'content-type': 'application/json' });
  const invalid = tgiParameterError(request.raw.parameters);
  if (invalid !== undefined) {
    const error = tgiError({ message: `Input validation error: ${invalid}`, type: 'validation' });
    return sendJson(exchange, 422, error, json);
  }
  const maxTokens = (request.raw.parameters as Fields | undefined)?.max_new_tokens as number | undefined;
  const speech = speak(post, maxTokens);
  const { failure } = speech;
  const said = exchange.entry.request.answer ?? '';
  if (failure !== undefined && said === '') {
    return sendJson(exchange, failure.status ?? 500, tgiError(failure), json);
  }
  const save = (text: string): void => {
    // A failed message is not stored.
    if (failure !== undefined || !context.store.all.has(conversation.id)) return;
    placement.saveUser();
    const id = request.responseId ?? context.random.uuid();
    addMessage(conversation, { id, from: 'assistant', content: text }, undefined);
  };
  if (request.raw.stream !== true) {
    save(said);
    return sendBody(exchange, { status: 200, headers: json }, JSON.stringify([{ generated_text: said }]));
  }
  const generation = begin(context, exchange, conversation, speech, save);
  const lastIndex = speech.limited && Array.isArray(speech.tokens) ? speech.tokens.length - 1 : undefined;
  return sendStream(exchange, {
    head: { status: 200, headers: cookie(TGI_HEADERS) },
    grammar: TGI_GRAMMAR,
    frames: tgiFrames({ generation, client: exchange.signal, failure, lastIndex }),
    whole: (text) => [{ generated_text: text }],
  });
}

function titleFor(prompt: string): string {
  return `💬  ${prompt.replace(/\s+/gu, ' ').trim().slice(0, 40)}`;
}

/** Eras B to E: chat-ui's own updates. */
async function streamUpdates(post: Post): Promise<void> {
  const { context, exchange, session, conversation, request, placement } = post;
  const { era } = context;
  const speech = speak(post);
  const title = placement.history.some(({ from }) => from === 'user')
    ? undefined
    : titleFor(placement.prompt);
  const question = placement.saveUser();
  const id = request.responseId ?? context.random.uuid();
  const answerMessage = era.tree
    ? addMessage(conversation, { id, from: 'assistant', content: '' }, question)
    : undefined;
  const save = (text: string): void => {
    if (title !== undefined && speech.failure === undefined) conversation.title = title;
    if (answerMessage === undefined) {
      if (text !== '') addMessage(conversation, { id, from: 'assistant', content: text }, undefined);
      return;
    }
    answerMessage.content = text;
    answerMessage.interrupted = conversation.stopped;
    answerMessage.updatedAt = new Date();
  };
  const generation = begin(context, exchange, conversation, speech, save);
  const answer: UpdateAnswer = {
    era,
    generation,
    client: exchange.signal,
    failure: speech.failure,
    prompt: placement.prompt,
    title,
  };
  const type = era.stream.contentType;
  const headers = withCookie(context, exchange, session, type === undefined ? {} : { 'content-type': type });
  return sendStream(exchange, {
    head: { status: 200, headers },
    grammar: updateGrammar(answer),
    frames: updateFrames(answer),
    whole: (text) => ({ type: 'finalAnswer', text }),
  });
}

/** `POST /conversation/{id}`: a message, and its answer. */
export async function postMessage(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  const { era, options, store } = context;
  if (wantsPage(exchange.headers.accept)) {
    const text = '405 | POST method not allowed. No actions exist for this page';
    return sendPage(context, exchange, session, 405, text);
  }
  const conversation = store.find(id, session);
  checkRate(context, session);
  const request = readMessageRequest(exchange, era);
  if ((request.inputs?.length ?? 0) > (options.maxMessageChars ?? Number.POSITIVE_INFINITY)) {
    throw new ChatUiError(400, 'Message too long.');
  }
  const placement = placeMessage(context, conversation, request);
  const post: Post = { context, exchange, session, conversation, request, placement };
  return era.stream.grammar === 'tgi' ? passThrough(post) : streamUpdates(post);
}
