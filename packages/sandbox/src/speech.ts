import { type AnswerInput, composeAnswer, tokenize } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { ReceivedRequest } from './request-log.ts';
import type { ServiceName } from './service.ts';

/** What a `reply` function is told. */
export interface ReplyRequest {
  readonly service: ServiceName;
  readonly model: string;
  /** The last thing the user said. */
  readonly prompt: string;
  /** The whole conversation as the service knows it: chat-ui servers keep it themselves. */
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly request: ReceivedRequest;
}

/** A failure of the model behind a service; each service reports it in its own way. */
export interface ReplyFailure {
  readonly message: string;
  /** What the model server answered. Default 500. */
  readonly status?: number;
  /** TGI's `error_type` or OpenAI's `type`. Default `generation` and `server_error`. */
  readonly type?: string;
}

/**
 * What a service is to say: a text, its exact tokens, or tokens and then a failure. `''` is an empty answer.
 * `undefined` leaves it to the sandbox.
 */
export type Reply =
  | string
  | readonly string[]
  | { readonly tokens?: readonly string[]; readonly failure: ReplyFailure }
  | undefined;

/** How answers are made. */
export interface AnswerOptions {
  /** Tokens per second. Default 0: as fast as the client reads. */
  readonly tokensPerSecond?: number;
  /** Wait before the first token, in milliseconds. Default 0. */
  readonly firstTokenMs?: number;
  /** Length of the answer in tokens. Default: depends on the prompt. */
  readonly answerTokens?: number;
  /** Another seed gives other answers and ids. Default 0. */
  readonly seed?: number;
  /** Non-ASCII text and emoji in answers. Default: when the prompt has the word `emoji` or `unicode`. */
  readonly unicode?: boolean;
  /** Says what to say instead. */
  readonly reply?: (request: ReplyRequest) => Reply;
}

/** What will be said: tokens that may come without end, then perhaps a failure. */
export interface Speech {
  readonly tokens: Iterable<string>;
  readonly failure: ReplyFailure | undefined;
}

function fromReply(reply: Exclude<Reply, undefined>): { tokens: readonly string[]; failure?: ReplyFailure } {
  if (typeof reply === 'string') return { tokens: tokenize(reply) };
  if ('failure' in reply) return { tokens: reply.tokens ?? [], failure: reply.failure };
  return { tokens: reply };
}

function sandboxAnswer(
  exchange: Exchange,
  request: Omit<ReplyRequest, 'request'>,
  seedOffset: number,
): readonly string[] {
  const { answer, controls } = exchange;
  const tokens = controls.answerTokens ?? answer.answerTokens;
  const unicode = controls.unicode ?? answer.unicode;
  const input: AnswerInput = {
    service: request.service,
    model: request.model,
    prompt: request.prompt,
    seed: (controls.seed ?? answer.seed ?? 0) + seedOffset,
    ...(tokens !== undefined && { tokens }),
    ...(unicode !== undefined && { unicode }),
  };
  return composeAnswer(input);
}

/** How a service shapes what is said. */
export interface SpeechShape {
  /** Whether the answer is streamed: some faults only concern streams. */
  readonly streamed: boolean;
  /** Cuts or replaces the tokens, as limits and formats ask. */
  readonly cut?: (tokens: readonly string[]) => readonly string[];
  /** Added to the seed, so that several choices differ. */
  readonly seedOffset?: number;
}

/**
 * Decides what is said to a request: by the `reply` option, else by the sandbox. A limit cuts it off as a
 * model would; a fault may change the tokens.
 */
export function composeSpeech(
  exchange: Exchange,
  asked: Omit<ReplyRequest, 'request' | 'service'>,
  shape: SpeechShape,
): Speech {
  const { answer, fault, signal, entry, service } = exchange;
  const request = { ...asked, service };
  const scripted = answer.reply?.({ ...request, request: entry.request });
  const { tokens, failure } =
    scripted === undefined
      ? { tokens: sandboxAnswer(exchange, request, shape.seedOffset ?? 0), failure: undefined }
      : { failure: undefined, ...fromReply(scripted) };
  const applies = fault !== undefined && (shape.streamed || !fault.streamOnly);
  const wanted = shape.cut?.(tokens) ?? tokens;
  const said = (applies && fault.behaviour.said?.(wanted, fault)) || wanted;
  entry.update({ answer: said.join('') });
  return { tokens: (applies && fault.behaviour.tokens?.(said, fault, signal)) || said, failure };
}
