import type { Exchange } from '../exchange.ts';
import { sendBody, sendJson } from '../reply.ts';
import { ChatUiError } from './chat-ui-error.ts';
import { type ChatUiContext, withCookie } from './context.ts';
import type { Conversation } from './conversation.ts';
import { postSettingsJson } from './settings-route.ts';
import {
  conversationList,
  conversationV1,
  conversationV2,
  dataJson,
  modelsV1,
  modelsV2,
  settingsV2,
} from './views.ts';

const V2_HEADERS = {
  'access-control-allow-headers': 'Content-Type, Authorization',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-origin': '*',
} as const;

function ownConversations({ store }: ChatUiContext, session: string): Conversation[] {
  return [...store.all.values()].filter((conversation) => conversation.session === session);
}

type View = (context: ChatUiContext, session: string, id: string) => unknown;

interface ApiRoute {
  readonly path: RegExp;
  readonly version: 1 | 2;
  readonly view: View;
  readonly headers?: Readonly<Record<string, string>>;
}

const ROUTES: readonly ApiRoute[] = [
  { path: /^\/api\/models$/u, version: 1, view: ({ models }) => modelsV1(models) },
  {
    path: /^\/api\/conversations$/u,
    version: 1,
    view: (context, session) => conversationList(ownConversations(context, session)),
  },
  {
    path: /^\/api\/conversation\/([^/]+)$/u,
    version: 1,
    view: ({ store, era }, session, id) => conversationV1(store.find(id, session), era),
  },
  {
    path: /^\/api\/v2\/models$/u,
    version: 2,
    view: ({ models }) => modelsV2(models),
    headers: { 'cache-control': 'private, max-age=60' },
  },
  {
    path: /^\/api\/v2\/user\/settings$/u,
    version: 2,
    view: ({ sessions, models }, session) => settingsV2(sessions.settings(session), models),
  },
  {
    path: /^\/api\/v2\/conversations\/([^/]+)$/u,
    version: 2,
    view: ({ store, era }, session, id) => conversationV2(store.find(id, session), era),
  },
];

async function sendDataJson(context: ChatUiContext, exchange: Exchange, session: string): Promise<boolean> {
  const { era, models, sessions, store } = context;
  const match = /^(?:\/conversation\/([^/]+))?\/__data\.json$/u.exec(exchange.path);
  if (match === null || exchange.method !== 'GET' || era.dataJson === 'none') return false;
  const page = match[1] === undefined ? undefined : store.find(match[1], session);
  const settings = sessions.settings(session);
  const body = dataJson(era, { conversations: ownConversations(context, session), settings, models, page });
  const headers = withCookie(context, exchange, session, {
    'cache-control': 'private, no-store',
    'content-type': 'application/json',
  });
  await sendBody(exchange, { status: 200, headers }, body);
  return true;
}

/** Answers what is read and not changed: `__data.json` and `/api`. False when there is no such route. */
export async function handleApi(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
): Promise<boolean> {
  const { era, options } = context;
  const { path, method } = exchange;
  if (await sendDataJson(context, exchange, session)) return true;
  if (era.api === 'none' || !path.startsWith('/api/')) return false;
  if (era.apiSwitch && options.exposeApi === false) {
    await sendBody(
      exchange,
      { status: 403, headers: { 'content-type': 'text/plain;charset=UTF-8' } },
      'API is disabled',
    );
    return true;
  }
  if (method === 'POST' && path === '/api/v2/user/settings' && era.api === 'v1-and-v2') {
    await postSettingsJson(context, exchange, session, V2_HEADERS);
    return true;
  }
  const route = ROUTES.find((candidate) => candidate.path.test(path));
  if (route === undefined || (route.version === 2 && era.api !== 'v1-and-v2')) return false;
  if (method !== 'GET') throw new ChatUiError(405, `${method} method not allowed`);
  const id = route.path.exec(path)?.[1] ?? '';
  const headers = { ...(route.version === 2 && V2_HEADERS), ...route.headers };
  await sendJson(exchange, 200, route.view(context, session, id), headers);
  return true;
}
