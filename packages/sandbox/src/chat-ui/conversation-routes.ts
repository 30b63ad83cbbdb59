import type { Exchange } from '../exchange.ts';
import { ChatUiError, InternalError } from './chat-ui-error.ts';
import { type ChatUiContext, sendDone, sendSessionJson } from './context.ts';
import { readJsonBody } from './message-request.ts';
import { conversationV2 } from './views.ts';

/** `POST /conversation`. */
export async function createConversation(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
): Promise<void> {
  const { era, models, store } = context;
  const fields = readJsonBody(exchange);
  const { model, preprompt = '' } = fields;
  if (typeof model !== 'string' || !models.includes(model)) {
    if (era.unknownModelStatus === 400) throw new ChatUiError(400, 'Invalid request');
    throw new InternalError('unknown model');
  }
  if (typeof preprompt !== 'string') throw new InternalError('preprompt is no string');
  const conversation = store.create({ session, model, preprompt });
  const conversationId = conversation.id;
  await sendSessionJson(
    context,
    exchange,
    session,
    era.createSendsConversation
      ? { conversationId, conversation: JSON.stringify(conversationV2(conversation, era)) }
      : { conversationId },
  );
}

/** `DELETE /conversation/{id}`. */
export async function deleteConversation(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  const conversation = context.store.find(id, session);
  context.store.delete(conversation.id);
  await sendDone(context, exchange, session);
}

/** `PATCH /conversation/{id}`: another title. */
export async function renameConversation(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  const { title } = readJsonBody(exchange);
  if (typeof title !== 'string' || title === '') throw new InternalError('no title');
  context.store.find(id, session).title = title;
  await sendDone(context, exchange, session);
}

/** `POST /conversation/{id}/summarize`: a title, which is also saved. */
export async function summarizeConversation(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  const conversation = context.store.find(id, session);
  const first = conversation.messages.find(({ from }) => from === 'user')?.content ?? 'Nothing yet';
  conversation.title = first.slice(0, 40);
  await sendSessionJson(context, exchange, session, { title: conversation.title });
}

/** `POST /conversation/{id}/share`: the address of a copy. No copy is kept here. */
export async function shareConversation(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  context.store.find(id, session);
  const url = `http://${exchange.host}/r/${context.random.alphanumeric(7)}`;
  await sendSessionJson(context, exchange, session, { url });
}

/** `POST /conversations?/delete`: a form action that deletes all conversations of the session. */
export async function deleteAllConversations(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
): Promise<void> {
  for (const { id, session: owner } of [...context.store.all.values()]) {
    if (owner === session) context.store.delete(id);
  }
  await sendSessionJson(context, exchange, session, { type: 'redirect', status: 303, location: '/' });
}
