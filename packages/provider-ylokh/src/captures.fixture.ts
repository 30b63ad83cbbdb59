import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import type { CallOptions, ChatRequest, ContentPart, Message } from '@sluice/core';

/** A message as the original client was given it: in the wire's own form. */
interface CapturedMessage {
  readonly role: Message['role'];
  readonly content: string | null | readonly CapturedPart[];
  readonly name?: string;
  readonly tool_call_id?: string;
}

interface CapturedPart {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}

/** A captured call of the original client; see __fixtures__/README.md. */
export interface Capture {
  readonly case: string;
  readonly title: string;
  readonly input: {
    readonly model: string | null;
    readonly messages: readonly CapturedMessage[];
    readonly kwargs: { readonly [name: string]: unknown };
  };
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body: { readonly [name: string]: unknown };
  };
  readonly reply: {
    readonly status: number;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly chunks: readonly ({ readonly text: string } | { readonly base64: string })[];
  };
  readonly result: {
    readonly outcome: 'exhausted' | 'exception';
    readonly chunks: readonly (string | null)[];
    readonly exception?: string;
  };
}

const folder = new URL('./__fixtures__/captures/', import.meta.url);

/** Every captured call, by name. */
export const captures: readonly Capture[] = readdirSync(folder)
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Capture);

/** The names that the original's arguments have here. Others go through `providerOptions`. */
const parameterNames: { readonly [name: string]: keyof ChatRequest } = {
  temperature: 'temperature',
  top_p: 'topP',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  max_tokens: 'maxOutputTokens',
  stop: 'stop',
  seed: 'seed',
  user: 'user',
};

/** The arguments of a call, in the words of this library. */
export function callOf({ input }: Capture): { readonly request: ChatRequest; readonly options: CallOptions } {
  const { stream, ...kwargs } = input.kwargs;
  const own: { [name: string]: unknown } = {};
  const extra: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(kwargs)) {
    const known = parameterNames[name];
    if (known === undefined) extra[name] = value;
    else own[known] = value;
  }
  return {
    request: {
      messages: input.messages.map(messageOf),
      ...(input.model === null ? {} : { model: input.model }),
      ...own,
      ...(Object.keys(extra).length === 0 ? {} : { providerOptions: { ylokh: extra } }),
    },
    options: typeof stream === 'boolean' ? { stream } : {},
  };
}

/** The chunks of a reply, as bytes. */
export function replyChunks({ reply }: Capture): readonly Buffer[] {
  return reply.chunks.map((chunk) =>
    'text' in chunk ? Buffer.from(chunk.text) : Buffer.from(chunk.base64, 'base64'),
  );
}

function messageOf({ role, content, name, tool_call_id: toolCallId }: CapturedMessage): Message {
  return {
    role,
    content: content === null || typeof content === 'string' ? (content ?? '') : content.map(partOf),
    ...(name === undefined ? {} : { name }),
    ...(toolCallId === undefined ? {} : { toolCallId }),
  };
}

function partOf({ text = '', image_url: image }: CapturedPart): ContentPart {
  return image === undefined ? { type: 'text', text } : { type: 'image', url: image.url };
}
