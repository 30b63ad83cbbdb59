import { type Exchange, paceOf } from '../exchange.ts';
import { pause } from '../pace.ts';
import { sendBody, sendJson, sendStream } from '../reply.ts';
import { composeSpeech, type Speech } from '../speech.ts';
import { wantsPage } from './accept.ts';
import { ChatUiError, InternalError } from './chat-ui-error.ts';
import { type ChatUiContext, sendDone, sendPage, withCookie } from './context.ts';
import { addMessage, type Conversation, type StoredMessage } from './conversation.ts';
import { type Generation, startGeneration } from './generation.ts';
import { type Fields, type MessageRequest, readMessageRequest } from './message-request.ts';
import { TGI_GRAMMAR, tgiError, tgiFrames, tgiParameterError } from './tgi-frames.ts';
import { type UpdateAnswer, updateFrames, updateGrammar } from './update-frames.ts';

const MINUTE_MS = 60_000;

/** How long a stop marker lasts after the last stop. */
const MARKER_MS = 30_000;

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

/** Where a message goes: what it follows, and which user message it answers. */
interface Placement {
  readonly history: readonly StoredMessage[];
  readonly prompt: string;
  /** Saves the user's message, and gives the parent of the answer. */
  readonly saveUser: () => StoredMessage | undefined;
}

function pathTo(conversation: Conversation, message: StoredMessage): StoredMessage[] {
  const ids = new Set([...message.ancestors, message.id]);
  return conversation.messages.filter(({ id }) => ids.has(id));
}

function placeInTree(context: ChatUiContext, conversation: Conversation, request: MessageRequest): Placement {
  const target = conversation.messages.find(({ id }) => id === request.id);
  if (target === undefined) throw new InternalError('no such message');
  const parentOf = (message: StoredMessage): StoredMessage | undefined =>
    conversation.messages.find(({ id }) => id === message.ancestors.at(-1));
  if (request.isRetry && target.from === 'assistant') {
    const question = parentOf(target);
    if (question === undefined) throw new InternalError('an answer without a question');
    const history = pathTo(conversation, question).slice(0, -1);
    return { history, prompt: question.content, saveUser: () => question };
  }
  const parent = request.isRetry ? parentOf(target) : target;
  const prompt = request.inputs ?? target.content;
  const history = parent === undefined ? [] : pathTo(conversation, parent);
  const message = { id: context.random.uuid(), from: 'user', content: prompt } as const;
  return { history, prompt, saveUser: () => addMessage(conversation, message, parent) };
}

function placeInList(context: ChatUiContext, conversation: Conversation, request: MessageRequest): Placement {
  const at = request.isRetry ? conversation.messages.findIndex(({ id }) => id === request.id) : -1;
  const history = at < 0 ? [...conversation.messages] : conversation.messages.slice(0, at);
  const prompt = request.inputs ?? '';
  const message = { id: request.id ?? context.random.uuid(), from: 'user', content: prompt } as const;
  const saveUser = (): StoredMessage => {
    conversation.messages = [...history];
    return addMessage(conversation, message, undefined);
  };
  return { history, prompt, saveUser };
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
  const place = era.tree ? placeInTree : placeInList;
  const placement = place(context, conversation, request);
  const post: Post = { context, exchange, session, conversation, request, placement };
  return era.stream.grammar === 'tgi' ? passThrough(post) : streamUpdates(post);
}

/**
 * Marks a conversation as stopped and says which answers that ends: those that began before the time that
 * counts. Where only the first stop counts, a second one within 30 s ends nothing new.
 */
function markStopped(context: ChatUiContext, conversation: Conversation): number {
  const now = Date.now();
  const marker = conversation.stopMarker;
  const alive =
    marker !== undefined && now - marker.lastMs < MARKER_MS && context.era.stop.counts === 'first';
  if (marker !== undefined && alive) marker.lastMs = now;
  else conversation.stopMarker = { firstMs: now, lastMs: now };
  return conversation.stopMarker?.firstMs ?? now;
}

/** `POST /conversation/{id}/stop-generating`. */
export async function stopGenerating(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  const { era, options, store, generations, closing } = context;
  const conversation = store.find(id, session);
  if (era.stop.effect !== 'nothing') {
    const countsMs = markStopped(context, conversation);
    const stopAll = (): void => {
      for (const [generation, owner] of generations) {
        if (owner === conversation && generation.startedMs <= countsMs) generation.stop();
      }
    };
    const delayMs = options.stopDelayMs ?? era.stop.delayMs;
    if (delayMs === 0) stopAll();
    else void pause(delayMs, closing).then((elapsed) => elapsed && stopAll());
  }
  return sendDone(context, exchange, session);
}
