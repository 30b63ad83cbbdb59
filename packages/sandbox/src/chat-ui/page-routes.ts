import type { Exchange } from '../exchange.ts';
import { sendBody } from '../reply.ts';
import { type ChatUiContext, sendPage, withCookie } from './context.ts';

/** `GET /`. */
export function sendStartPage(context: ChatUiContext, exchange: Exchange, session: string): Promise<void> {
  return sendPage(context, exchange, session, 200, 'The Sluice sandbox');
}

/** `GET /conversation`. */
export function toStartPage(context: ChatUiContext, exchange: Exchange, session: string): Promise<void> {
  const headers = withCookie(context, exchange, session, { location: '/' });
  return sendBody(exchange, { status: 302, headers }, '');
}

/** `GET /conversation/{id}`: the page, which unlike the endpoints tells a foreign conversation from none. */
export function sendConversationPage(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  const conversation = context.store.all.get(id.toLowerCase());
  if (conversation === undefined) {
    return sendPage(context, exchange, session, 404, '404 | Conversation not found.');
  }
  if (conversation.session !== session) {
    return sendPage(context, exchange, session, 403, "403 | You don't have access to this conversation.");
  }
  return sendPage(context, exchange, session, 200, conversation.title);
}
