import { ChatError, type Message, textOf } from '@sluice/core';
import type { ResolvedRequest } from '@sluice/core/http';
import { providerId } from './manifest.ts';
import type { FlowGptRequestOptions } from './request-options.ts';

/** An earlier message as the wire has it. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** The body of a request, its fields in the order of the original client. */
export interface ChatBody {
  readonly model: string;
  readonly nsfw: boolean;
  readonly question: string;
  readonly history: readonly Turn[];
  readonly system: string;
  readonly temperature: number;
  readonly promptId: string;
  readonly documentIds: readonly string[];
  readonly chatFileDocumentIds: readonly string[];
  readonly generateImage: boolean;
  readonly generateAudio: boolean;
}

/** What a provider fills in where a request says nothing. */
export interface BodyDefaults {
  readonly defaultSystem: string;
  readonly greeting: string | undefined;
  readonly temperature: number;
  readonly nsfw: boolean;
  readonly promptId: string | undefined;
}

/**
 * Writes a conversation as FlowGPT takes it: one question, the other turns as history, all system texts as one. The question
 * is the last *user* message, also where a system or assistant message stands behind it. Images, tools and the like have
 * been refused before. Throws `invalid-request` where there is no question.
 */
export function chatBody(request: ResolvedRequest, defaults: BodyDefaults): ChatBody {
  const { messages, model } = request;
  const own = (request.providerOptions?.[providerId] ?? {}) as FlowGptRequestOptions;
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const question = questionOf(messages, asked);
  const system = messages.filter(isSystem).map(({ content }) => textOf(content));
  const history = messages.filter((message, index) => index !== asked && !isSystem(message)).map(turnOf);
  return {
    model,
    nsfw: own.nsfw ?? defaults.nsfw,
    question,
    history: defaults.greeting ? [{ role: 'assistant', content: defaults.greeting }, ...history] : history,
    system: system.some((text) => text.trim() !== '') ? system.join('\n') : defaults.defaultSystem,
    temperature: request.temperature ?? defaults.temperature,
    promptId: own.promptId ?? defaults.promptId ?? `model-${model}`,
    documentIds: own.documentIds ?? [],
    chatFileDocumentIds: own.chatFileDocumentIds ?? [],
    generateImage: false,
    generateAudio: false,
  };
}

function questionOf(messages: readonly Message[], asked: number): string {
  const message = messages[asked];
  if (!message) {
    throw new ChatError('invalid-request', 'messages has no user message: FlowGPT needs one as its question');
  }
  const question = textOf(message.content);
  if (question.trim() !== '') return question;
  throw new ChatError(
    'invalid-request',
    `messages[${asked}].content has no text: FlowGPT needs the last user message as its question`,
  );
}

/** `developer` is OpenAI's newer name for `system`. */
function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

/** Role and text alone: a strict server might refuse fields that it doesn't know. */
function turnOf({ role, content }: Message): Turn {
  return { role: role === 'assistant' ? 'assistant' : 'user', content: textOf(content) };
}
