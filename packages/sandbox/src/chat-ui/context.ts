import { STATUS_CODES } from 'node:http';
import type { ChangeSignal } from '../change-signal.ts';
import type { Exchange } from '../exchange.ts';
import type { Random } from '../random.ts';
import { type Head, sendBody } from '../reply.ts';
import { negotiate } from './accept.ts';
import { ChatUiError, type InternalError } from './chat-ui-error.ts';
import type { Conversation, ConversationStore } from './conversation.ts';
import type { Era } from './eras.ts';
import type { Generation } from './generation.ts';
import type { ChatUiOptions } from './options.ts';
import { appPage, errorPage } from './pages.ts';
import type { Sessions } from './session.ts';

/** The state of one chat-ui server. */
export interface ChatUiContext {
  readonly era: Era;
  readonly options: ChatUiOptions;
  readonly models: readonly string[];
  readonly random: Random;
  readonly changes: ChangeSignal;
  readonly closing: AbortSignal;
  readonly sessions: Sessions;
  readonly store: ConversationStore;
  /** The answers that are being generated. */
  readonly generations: Map<Generation, Conversation>;
  /** When each session posted messages, Unix time in milliseconds. */
  readonly attempts: Map<string, number[]>;
}

/** Adds the session cookie to headers, where the era sets it. */
export function withCookie(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  headers: Head['headers'],
): Head['headers'] {
  return { ...headers, ...context.sessions.cookieHeader(exchange, session) };
}

/** Sends JSON with the session cookie. */
export function sendSessionJson(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  value: unknown,
): Promise<void> {
  const headers = withCookie(context, exchange, session, { 'content-type': 'application/json' });
  return sendBody(exchange, { status: 200, headers }, JSON.stringify(value));
}

/** Sends 200 without a body. */
export function sendDone(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  headers: Head['headers'] = {},
): Promise<void> {
  return sendBody(exchange, { status: 200, headers: withCookie(context, exchange, session, headers) }, '');
}

/** Sends a page of the application. */
export function sendPage(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  status: number,
  text: string,
): Promise<void> {
  const headers = { 'content-type': 'text/html', 'x-sveltekit-page': 'true' };
  return sendBody(
    exchange,
    {
      status,
      headers: withCookie(
        context,
        exchange,
        session,
        status === 405 ? { ...headers, allow: 'GET' } : headers,
      ),
    },
    appPage(text),
  );
}

function errorValue(
  context: ChatUiContext,
  error: ChatUiError | InternalError,
): [number, Record<string, string>] {
  if (error instanceof ChatUiError) return [error.status, { message: error.message }];
  if (context.era.internalError === 'plain') return [500, { message: 'Internal Error' }];
  return [500, { message: 'An error occurred', errorId: context.random.uuid() }];
}

/**
 * Sends an error of an endpoint: JSON for a client that takes JSON, else a page, also when it says nothing.
 * Without a session the answer sets no cookie.
 */
export function sendChatUiError(
  context: ChatUiContext,
  exchange: Exchange,
  session: string | undefined,
  error: ChatUiError | InternalError,
): Promise<void> {
  const [status, value] = errorValue(context, error);
  const accept = exchange.headers.accept || 'text/html';
  const json = negotiate(accept, ['application/json', 'text/html']) === 'application/json';
  const headers = { 'content-type': json ? 'application/json' : 'text/html; charset=utf-8' };
  return sendBody(
    exchange,
    { status, headers: session === undefined ? headers : withCookie(context, exchange, session, headers) },
    json ? JSON.stringify(value) : errorPage(status, value.message ?? STATUS_CODES[status] ?? ''),
  );
}
