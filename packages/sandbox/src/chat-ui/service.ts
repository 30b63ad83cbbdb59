import type { ChangeSignal } from '../change-signal.ts';
import type { Exchange } from '../exchange.ts';
import { createRandom } from '../random.ts';
import { sendBody } from '../reply.ts';
import type { Service } from '../service.ts';
import { handleApi } from './api.ts';
import { ChatUiError, InternalError } from './chat-ui-error.ts';
import { type ChatUiContext, sendChatUiError, sendPage } from './context.ts';
import { type ChatUiConversation, createConversationStore } from './conversation.ts';
import { ERAS, type EraName } from './eras.ts';
import { guard } from './guard.ts';
import { type ChatUiOptions, DEFAULT_MODELS } from './options.ts';
import { phaseOf, routeOf } from './routes.ts';
import { createSessions } from './session.ts';
import { tgiError } from './tgi-frames.ts';

/** A chat-ui server of one era. */
export interface ChatUiService extends Service {
  conversations(): readonly ChatUiConversation[];
  activeGenerations(): number;
  reset(): void;
}

async function route(context: ChatUiContext, exchange: Exchange, session: string): Promise<void> {
  const found = routeOf(context.era.name, exchange.method, exchange.path);
  if (found !== undefined) return found.route.handle(context, exchange, session, found.id);
  if (await handleApi(context, exchange, session)) return;
  return sendPage(context, exchange, session, 404, '404 | Not Found');
}

/** Refusals of the hook are plain text, unless the client speaks of JSON. */
function sendGuardRefusal(exchange: Exchange, status: number, message: string): Promise<void> {
  const { accept = '', 'content-type': type = '' } = exchange.headers;
  const json = accept.includes('application/json') || type.includes('application/json');
  return sendBody(
    exchange,
    { status, headers: { 'content-type': json ? 'application/json' : 'text/plain' } },
    json ? JSON.stringify({ error: message }) : message,
  );
}

/** Creates a chat-ui server of an era. */
export function createChatUiService(
  eraName: EraName,
  options: ChatUiOptions,
  changes: ChangeSignal,
  closing: AbortSignal,
): ChatUiService {
  const era = ERAS[eraName];
  const random = createRandom(`chat-ui ${eraName}`);
  const context: ChatUiContext = {
    era,
    options,
    models: options.models ?? DEFAULT_MODELS,
    random,
    changes,
    closing,
    sessions: createSessions(era, options.cookieName ?? 'hf-chat', random),
    store: createConversationStore(eraName, era.tree, random, changes),
    generations: new Map(),
    attempts: new Map(),
  };

  async function handle(exchange: Exchange): Promise<void> {
    const session = context.sessions.of(exchange);
    let refused = true;
    try {
      const refusal = guard(exchange, era, {
        host: exchange.host,
        publicOrigin: options.publicOrigin,
        modalAccepted: context.sessions.settings(session)?.modalAcceptedAt !== undefined,
        modalOn: options.welcomeModal ?? true,
      });
      if (refusal !== undefined) {
        await sendGuardRefusal(exchange, refusal.status, refusal.message);
        return;
      }
      refused = false;
      await route(context, exchange, session);
    } catch (error) {
      if (!(error instanceof ChatUiError || error instanceof InternalError)) throw error;
      await sendChatUiError(context, exchange, refused ? undefined : session, error);
    }
  }

  return {
    name: `h2o-${eraName}`,
    phaseOf: (method, path) => phaseOf(eraName, method, path),
    errorBody: (status, phase) =>
      phase === 'message' && era.stream.grammar === 'tgi'
        ? tgiError({ message: `The sandbox was asked to answer ${status}.` })
        : { message: `The sandbox was asked to answer ${status}.` },
    handle,
    conversations: () => [...context.store.all.values()],
    activeGenerations: () => context.generations.size,
    reset: () => {
      for (const generation of context.generations.keys()) generation.cancel();
      context.store.clear();
      context.sessions.clear();
      context.attempts.clear();
    },
  };
}
