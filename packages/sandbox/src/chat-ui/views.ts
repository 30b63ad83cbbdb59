import type { Conversation, StoredMessage } from './conversation.ts';
import { devalue } from './devalue.ts';
import type { Era } from './eras.ts';
import { type SuperJson, superjson } from './superjson.ts';

/** What a session has set. */
export interface SessionSettings {
  modalAcceptedAt: Date | undefined;
  activeModel: string | undefined;
}

function messageView(message: StoredMessage, era: Era): Readonly<Record<string, unknown>> {
  const { id, from, content, createdAt, updatedAt, ancestors, children, interrupted } = message;
  const plain = { id, from, content, createdAt, updatedAt };
  if (!era.tree) return plain;
  const tree = { ...plain, children, ancestors };
  return from === 'assistant' ? { ...tree, interrupted } : tree;
}

/** The model list of `GET /api/models`. */
export function modelsV1(models: readonly string[]): unknown {
  return models.map((id) => ({
    id,
    name: id,
    websiteUrl: 'https://huggingface.co',
    modelUrl: 'https://huggingface.co',
    displayName: id,
    description: '',
    promptExamples: [],
    preprompt: '',
    multimodal: false,
    unlisted: false,
  }));
}

/** The model list of `GET /api/v2/models`. */
export function modelsV2(models: readonly string[]): SuperJson {
  return superjson(
    models.map((id) => ({
      id,
      name: id,
      websiteUrl: undefined,
      modelUrl: undefined,
      datasetName: undefined,
      datasetUrl: undefined,
      displayName: id,
      description: undefined,
      logoUrl: undefined,
      promptExamples: undefined,
      preprompt: undefined,
      multimodal: false,
      multimodalAcceptedMimetypes: undefined,
      supportsTools: false,
      supportsReasoning: false,
      supportsArtifacts: false,
      unlisted: false,
      hasInferenceAPI: false,
      isRouter: false,
    })),
  );
}

/** The settings of `GET /api/v2/user/settings`. */
export function settingsV2(settings: SessionSettings | undefined, models: readonly string[]): SuperJson {
  return superjson({
    welcomeModalSeen: settings?.modalAcceptedAt !== undefined,
    welcomeModalSeenAt: settings?.modalAcceptedAt ?? null,
    activeModel: settings?.activeModel ?? models[0],
    streamingMode: 'smooth',
    shareConversationsWithModelAuthors: true,
    customPrompts: {},
    billingOrganization: undefined,
  });
}

/** The conversation list of `GET /api/conversations`. */
export function conversationList(conversations: readonly Conversation[]): unknown {
  return conversations.map(({ id, title, updatedAt, model }) => ({ id, title, updatedAt, modelId: model }));
}

/** The conversation of `GET /api/conversation/{id}`. */
export function conversationV1(conversation: Conversation, era: Era): unknown {
  const { id, title, updatedAt, model, messages } = conversation;
  return {
    id,
    title,
    updatedAt,
    modelId: model,
    messages: messages.map((message) => messageView(message, era)),
  };
}

/** The conversation of `GET /api/v2/conversations/{id}` and of a create in era E. */
export function conversationV2(conversation: Conversation, era: Era): SuperJson {
  const { id, title, updatedAt, model, preprompt, messages } = conversation;
  return superjson({
    messages: messages.map((message) => messageView(message, era)),
    title,
    model,
    preprompt,
    rootMessageId: messages[0]?.id,
    id,
    updatedAt,
    modelId: model,
    shared: false,
    deployedSpaces: undefined,
  });
}

function layoutNode(
  era: Era,
  conversations: readonly Conversation[],
  settings: SessionSettings | undefined,
  models: readonly string[],
): unknown {
  return {
    conversations: conversations.map(({ id, title, model, updatedAt }) => ({ id, title, model, updatedAt })),
    settings: {
      shareConversationsWithModelAuthors: true,
      ethicsModalAccepted: settings?.modalAcceptedAt !== undefined,
      ethicsModalAcceptedAt: settings?.modalAcceptedAt ?? null,
      activeModel: settings?.activeModel ?? models[0],
      searchEnabled: false,
    },
    models: models.map((id) => ({ id, name: id, displayName: id, parameters: {} })),
    oldModels: [],
    user: undefined,
    ...(era.name === 'a' ? { requiresLogin: false, messagesBeforeLogin: 0 } : { loginRequired: false }),
  };
}

function pageNode(era: Era, { messages, title, model, preprompt }: Conversation): unknown {
  const list = messages.map((message) => messageView(message, era));
  if (era.name === 'a') return { messages: list, title, model, searches: {} };
  if (!era.tree) return { messages: list, title, model, preprompt, shared: false };
  return {
    messages: list,
    title,
    model,
    preprompt,
    rootMessageId: messages[0]?.id,
    assistant: null,
    shared: false,
  };
}

/** `__data.json` of the start page, or of a conversation. It has the parts that a client can use. */
export function dataJson(
  era: Era,
  context: {
    readonly conversations: readonly Conversation[];
    readonly settings: SessionSettings | undefined;
    readonly models: readonly string[];
    readonly page: Conversation | undefined;
  },
): string {
  if (era.dataJson === 'none') throw new Error('This era has no __data.json here.');
  const { conversations, settings, models, page } = context;
  const layout = devalue(layoutNode(era, conversations, settings, models), era.dataJson);
  const first = `{"type":"data","data":${layout},"uses":{"dependencies":["conversation:list"]}}`;
  const second =
    page === undefined
      ? 'null'
      : `{"type":"data","data":${devalue(pageNode(era, page), era.dataJson)},"uses":{"params":["id"]}}`;
  return `{"type":"data","nodes":[${first},${second}]}\n`;
}
