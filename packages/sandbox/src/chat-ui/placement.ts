import { InternalError } from './chat-ui-error.ts';
import type { ChatUiContext } from './context.ts';
import { addMessage, type Conversation, type StoredMessage } from './conversation.ts';
import type { MessageRequest } from './message-request.ts';

/** Where a message goes: what it follows, and which user message it answers. */
export interface Placement {
  readonly history: readonly StoredMessage[];
  readonly prompt: string;
  /** Saves the user's message, and gives the parent of the answer. */
  readonly saveUser: () => StoredMessage | undefined;
}

function pathTo(conversation: Conversation, message: StoredMessage): StoredMessage[] {
  const ids = new Set([...message.ancestors, message.id]);
  return conversation.messages.filter(({ id }) => ids.has(id));
}

function inTree(context: ChatUiContext, conversation: Conversation, request: MessageRequest): Placement {
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

function inList(context: ChatUiContext, conversation: Conversation, request: MessageRequest): Placement {
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

/**
 * Finds where a message goes, in the way of the era.
 * @throws {InternalError} When messages are a tree and the parent is not there.
 */
export function placeMessage(
  context: ChatUiContext,
  conversation: Conversation,
  request: MessageRequest,
): Placement {
  const place = context.era.tree ? inTree : inList;
  return place(context, conversation, request);
}
