import type { ChangeSignal } from '../change-signal.ts';
import type { Random } from '../random.ts';
import { conversationNotFound, InternalError } from './chat-ui-error.ts';
import type { EraName } from './eras.ts';

/** A message that a server keeps. */
export interface StoredMessage {
  readonly id: string;
  readonly from: 'system' | 'user' | 'assistant';
  content: string;
  readonly createdAt: Date;
  updatedAt: Date;
  /** The eras with a tree: from the root to the parent. */
  readonly ancestors: readonly string[];
  readonly children: string[];
  interrupted: boolean;
}

/** A conversation that exists on a chat-ui server, seen from outside. */
export interface ChatUiConversation {
  /** 24 hexadecimal digits. */
  readonly id: string;
  readonly era: EraName;
  /** The session cookie that it belongs to. */
  readonly session: string;
  readonly model: string;
  readonly title: string;
  readonly preprompt: string;
  readonly messages: readonly { readonly id: string; readonly from: string; readonly content: string }[];
  /** Whether an answer is being generated. */
  readonly generating: boolean;
  /** Whether the last answer was ended by `stop-generating`. */
  readonly stopped: boolean;
}

/** A conversation as the server itself has it. */
export interface Conversation extends ChatUiConversation {
  title: string;
  generating: boolean;
  stopped: boolean;
  messages: StoredMessage[];
  updatedAt: Date;
  /** When it was stopped: first and last time of the marker, Unix time in milliseconds. */
  stopMarker: { readonly firstMs: number; lastMs: number } | undefined;
}

/** The conversations of one server. */
export interface ConversationStore {
  readonly all: ReadonlyMap<string, Conversation>;
  create(fields: {
    readonly session: string;
    readonly model: string;
    readonly preprompt: string;
  }): Conversation;
  /**
   * Finds a conversation of a session.
   * @throws {InternalError} When the id has not the form of one.
   * @throws {ChatUiError} 404 when it does not exist or belongs to another session.
   */
  find(id: string, session: string): Conversation;
  delete(id: string): void;
  clear(): void;
}

/** Adds a message to a conversation, and to its parent's children where messages are a tree. */
export function addMessage(
  conversation: Conversation,
  message: Pick<StoredMessage, 'id' | 'from' | 'content'>,
  parent: StoredMessage | undefined,
): StoredMessage {
  const now = new Date();
  const stored: StoredMessage = {
    ...message,
    createdAt: now,
    updatedAt: now,
    ancestors: parent === undefined ? [] : [...parent.ancestors, parent.id],
    children: [],
    interrupted: false,
  };
  parent?.children.push(stored.id);
  conversation.messages.push(stored);
  conversation.updatedAt = now;
  return stored;
}

/** Creates an empty {@link ConversationStore}. With a tree, each conversation begins with a system message. */
export function createConversationStore(
  era: EraName,
  tree: boolean,
  random: Random,
  changes: ChangeSignal,
): ConversationStore {
  const all = new Map<string, Conversation>();
  return {
    all,
    create: ({ session, model, preprompt }) => {
      const conversation: Conversation = {
        id: random.hex(24),
        era,
        session,
        model,
        title: era === 'a' ? `Untitled ${all.size + 1}` : 'New Chat',
        preprompt,
        messages: [],
        generating: false,
        stopped: false,
        updatedAt: new Date(),
        stopMarker: undefined,
      };
      if (tree)
        addMessage(conversation, { id: random.uuid(), from: 'system', content: preprompt }, undefined);
      all.set(conversation.id, conversation);
      changes.emit();
      return conversation;
    },
    find: (id, session) => {
      if (!/^[0-9a-f]{24}$/iu.test(id)) throw new InternalError('not an ObjectId');
      const conversation = all.get(id.toLowerCase());
      if (conversation === undefined || conversation.session !== session) throw conversationNotFound();
      return conversation;
    },
    delete: (id) => {
      all.delete(id.toLowerCase());
      changes.emit();
    },
    clear: () => all.clear(),
  };
}
