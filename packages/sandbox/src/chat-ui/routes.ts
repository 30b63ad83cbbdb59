import type { Exchange } from '../exchange.ts';
import type { Phase } from '../service.ts';
import type { ChatUiContext } from './context.ts';
import {
  createConversation,
  deleteAllConversations,
  deleteConversation,
  renameConversation,
  shareConversation,
  summarizeConversation,
} from './conversation-routes.ts';
import type { EraName } from './eras.ts';
import { postMessage } from './message-route.ts';
import { sendConversationPage, sendStartPage, toStartPage } from './page-routes.ts';
import { postSettings } from './settings-route.ts';
import { stopGenerating } from './stop-route.ts';

/** One route of the application. */
export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly phase: Phase;
  readonly handle: (context: ChatUiContext, exchange: Exchange, session: string, id: string) => Promise<void>;
  /** The only era in which it was seen. Default: all of them. */
  readonly only?: EraName;
}

const SETTINGS = /^\/settings$/u;
const CONVERSATIONS = /^\/conversation$/u;
const CONVERSATION = /^\/conversation\/([^/]+)$/u;
const STOP = /^\/conversation\/([^/]+)\/stop-generating$/u;
const SHARE = /^\/conversation\/([^/]+)\/share$/u;
const SUMMARIZE = /^\/conversation\/([^/]+)\/summarize$/u;

/** Every route that is not below `/api`. */
const ROUTES: readonly Route[] = [
  { method: 'POST', path: SETTINGS, phase: 'settings', handle: postSettings },
  { method: 'POST', path: CONVERSATIONS, phase: 'create', handle: createConversation },
  { method: 'POST', path: CONVERSATION, phase: 'message', handle: postMessage },
  { method: 'POST', path: STOP, phase: 'stop', handle: stopGenerating },
  { method: 'DELETE', path: CONVERSATION, phase: 'delete', handle: deleteConversation },
  { method: 'PATCH', path: CONVERSATION, phase: 'other', handle: renameConversation },
  { method: 'POST', path: SHARE, phase: 'other', handle: shareConversation, only: 'a' },
  { method: 'POST', path: SUMMARIZE, phase: 'other', handle: summarizeConversation, only: 'a' },
  { method: 'POST', path: /^\/conversations$/u, phase: 'other', handle: deleteAllConversations, only: 'a' },
  { method: 'GET', path: CONVERSATIONS, phase: 'other', handle: toStartPage },
  { method: 'GET', path: CONVERSATION, phase: 'other', handle: sendConversationPage },
  { method: 'GET', path: /^\/$/u, phase: 'other', handle: sendStartPage },
];

/** The route of a request, and the id in its path. */
export function routeOf(
  era: EraName,
  method: string,
  path: string,
): { readonly route: Route; readonly id: string } | undefined {
  for (const route of ROUTES) {
    const fits = method === route.method && (route.only ?? era) === era;
    const match = fits ? route.path.exec(path) : null;
    if (match !== null) return { route, id: match[1] ?? '' };
  }
  return undefined;
}

/** Which step of the protocol a request is. */
export function phaseOf(era: EraName, method: string, path: string): Phase {
  const found = routeOf(era, method, path);
  if (found !== undefined) return found.route.phase;
  if (/^\/api\/(?:v2\/)?models$/u.test(path)) return 'models';
  if (/^\/api\/(?:v2\/)?conversations?\/|\/__data\.json$/u.test(path)) return 'conversation';
  return path === '/api/v2/user/settings' ? 'settings' : 'other';
}
