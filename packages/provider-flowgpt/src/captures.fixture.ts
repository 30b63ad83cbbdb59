import { readdirSync, readFileSync } from 'node:fs';
import type { ChatRequest, ContentPart, Message } from '@sluice/core';

/** A message as the original client was given it. */
interface CapturedMessage {
  readonly role: Message['role'];
  readonly content: string | readonly CapturedPart[];
  readonly name?: string;
  readonly tool_call_id?: string;
}

interface CapturedPart {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}

/** A captured call of the original client; see fixtures/README.md. */
export interface Capture {
  readonly case: string;
  readonly title: string;
  readonly input: {
    readonly model: string | null;
    readonly messages: readonly CapturedMessage[];
    readonly kwargs: { readonly [name: string]: unknown };
  };
  readonly requests: readonly {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body_json: { readonly [name: string]: unknown };
    readonly reply: {
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly chunks: readonly { readonly text: string }[];
    };
  }[];
  readonly result: {
    readonly outcome: 'exhausted' | 'exception';
    readonly chunks: readonly string[];
    readonly text: string;
  };
}

const folder = new URL('../fixtures/captures/', import.meta.url);

/** Every captured call, by name. */
export const captures: readonly Capture[] = readdirSync(folder)
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Capture);

/** The names that the original's arguments have here; those that are missing have none, and were ignored there as well. */
const parameterNames: { readonly [name: string]: keyof ChatRequest } = {
  temperature: 'temperature',
  top_p: 'topP',
  max_tokens: 'maxOutputTokens',
  presence_penalty: 'presencePenalty',
};

/** The arguments of a call, in the words of this library. `null` is Python's way to leave something out. */
export function requestOf({ input }: Capture): ChatRequest {
  const named = Object.entries(input.kwargs)
    .filter(([name, value]) => value !== null && name in parameterNames)
    .map(([name, value]) => [parameterNames[name] as string, value]);
  return {
    messages: input.messages.map(messageOf),
    ...(input.model ? { model: input.model } : {}),
    ...Object.fromEntries(named),
  };
}

function messageOf({ role, content, name, tool_call_id: toolCallId }: CapturedMessage): Message {
  return {
    role,
    content: typeof content === 'string' ? content : content.map(partOf),
    ...(name === undefined ? {} : { name }),
    ...(toolCallId === undefined ? {} : { toolCallId }),
  };
}

function partOf({ text = '', image_url: image }: CapturedPart): ContentPart {
  return image === undefined ? { type: 'text', text } : { type: 'image', url: image.url };
}
