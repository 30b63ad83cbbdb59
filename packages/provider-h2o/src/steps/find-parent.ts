import { ChatError } from '@sluice/core';
import {
  type CreatedConversation,
  type ParentAnswer,
  parentInApi,
  parentInData,
} from '../wire/created-conversation.ts';
import { readRefusal } from '../wire/refusal.ts';
import { type Call, learn } from './call.ts';
import { otherEra } from './other-era.ts';

/** The longest conversation that is read, in bytes: a new one, with the server's models around it. */
const mostBytes = 4 * 1024 * 1024;

/**
 * The message to append to, in eras with a tree; nothing in those without. Asks the server only where neither the create reply
 * nor what is known of it answers that. What it finds narrows the era.
 */
export async function findParent(call: Call, created: CreatedConversation): Promise<string | undefined> {
  if (created.parentId !== undefined) {
    learn(call, ({ createTellsConversation }) => createTellsConversation);
    return created.parentId;
  }
  if (call.candidates.every(({ tree }) => !tree)) return undefined;
  const parent = (await askApi(call, created.id)) ?? (await askPage(call, created.id));
  if (parent === undefined) {
    const { provider, model } = call.about;
    throw new ChatError(
      'invalid-response',
      `the server of ${provider} does not tell which version of chat-ui it is; set option era`,
      { provider, model, sent: 'no' },
    );
  }
  if (parent === 'none') {
    if (call.memory.fixed) {
      throw otherEra(call, 'has no message tree, which the configured era needs');
    }
    learn(call, ({ tree }) => !tree);
    return undefined;
  }
  learn(call, ({ tree }) => tree);
  return parent.parentId;
}

/** Statuses of the API that do not mean "no such route": somebody has to know. */
const tellsMore: ReadonlySet<number> = new Set([401, 429]);

async function askApi(call: Call, id: string): Promise<ParentAnswer> {
  const response = await call.session.send({ method: 'GET', url: call.site.conversationApi(id) }, call.scope);
  const { status } = response;
  if (status >= 200 && status < 300) return parentInApi(await response.body.text(mostBytes));
  if (tellsMore.has(status) || status >= 500) {
    throw (await readRefusal('conversation', response, call.about, Date.now())).error;
  }
  response.body.release();
  // 403: the route is there and switched off (EXPOSE_API), so the page has to tell.
  return status === 403 ? undefined : 'none';
}

async function askPage(call: Call, id: string): Promise<ParentAnswer> {
  const response = await call.session.send(
    { method: 'GET', url: call.site.conversationData(id) },
    call.scope,
  );
  if (response.status >= 200 && response.status < 300)
    return parentInData(await response.body.text(mostBytes));
  response.body.release();
  return undefined;
}
