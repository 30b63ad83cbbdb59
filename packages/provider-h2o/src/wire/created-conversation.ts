import { ChatError, errorFromObject, errorFromPage, isPage } from '@sluice/core';
import { readDataNodes, rootIndex } from './devalue.ts';
import { isRecord, type JsonRecord, textField, tryJson } from './json-value.ts';
import type { About } from './refusal.ts';

/** What the reply to a create says. */
export interface CreatedConversation {
  readonly id: string;
  /** The message that the next one is appended to, where the reply tells it (from 2026-07 on). */
  readonly parentId: string | undefined;
}

/** Reads the reply to a create, whatever its content type says. Throws `invalid-response` if there is no conversation in it. */
export function readCreated(body: string, about: About): CreatedConversation {
  const json = tryJson(body);
  if (isRecord(json)) {
    const id = textField(json, 'conversationId');
    if (id !== undefined && isSafeId(id)) return { id, parentId: parentInSuperjson(json.conversation) };
    if (json.error !== undefined || json.message !== undefined) throw errorFromObject(json, about);
  }
  if (isPage(body)) throw errorFromPage(body, about);
  throw new ChatError(
    'invalid-response',
    `${about.provider} answered a new conversation without a usable id; check that baseURL is the address of a chat-ui server`,
    { provider: about.provider, model: about.model, sent: 'yes' },
  );
}

/** The longest id that is taken, in characters; they have 24. */
const longestId = 256;

/** Ids are quoted in paths, but `.` and `..` mean the same quoted, and half a surrogate pair cannot be. */
function isSafeId(id: string): boolean {
  return id.length <= longestId && id !== '.' && id !== '..' && id.isWellFormed();
}

/** What a question for the parent brought: a message's id, `none` where messages are no tree, nothing where it is not known. */
export type ParentAnswer = { readonly parentId: string } | 'none' | undefined;

/** Reads `GET /api/conversation/{id}`: a new conversation has its system message in it, or nothing where there is no tree. */
export function parentInApi(body: string): ParentAnswer {
  const json = tryJson(body);
  return isRecord(json) ? parentOf(json) : undefined;
}

/** Reads the same from the data of the conversation's page. */
export function parentInData(body: string): ParentAnswer {
  for (const node of readDataNodes(tryJson(body))) {
    const messages = node.field(rootIndex, 'messages');
    if (messages === undefined) continue;
    const last = node.entries(messages).at(-1);
    if (last === undefined) return 'none';
    const id = node.text(node.field(last, 'id'));
    return id === undefined ? undefined : { parentId: id };
  }
  return undefined;
}

function parentInSuperjson(conversation: unknown): string | undefined {
  const value = typeof conversation === 'string' ? tryJson(conversation) : conversation;
  const inner = isRecord(value) && isRecord(value.json) ? value.json : value;
  const parent = isRecord(inner) ? parentOf(inner) : undefined;
  return typeof parent === 'object' ? parent.parentId : undefined;
}

function parentOf(conversation: JsonRecord): ParentAnswer {
  const { messages } = conversation;
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const parentId =
    (isRecord(last) ? textField(last, 'id') : undefined) ?? textField(conversation, 'rootMessageId');
  if (parentId !== undefined) return { parentId };
  return Array.isArray(messages) && messages.length === 0 ? 'none' : undefined;
}
