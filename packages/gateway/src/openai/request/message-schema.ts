import type { Message } from '@sluice/core';
import { z } from 'zod';
import { assistantContent, textContent, userContent } from './content-schema.ts';
import { listSchema } from './list-schema.ts';

const name = z.string().nullish();

const instruction = z.strictObject({ role: z.enum(['system', 'developer']), content: textContent, name });

const user = z.strictObject({ role: z.literal('user'), content: userContent, name });

/** What OpenAI's own client adds to a message that it has parsed. It says nothing that the text does not. */
const derived = z.unknown().optional();

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function').optional(),
  // Clients that gather a stream send the index back.
  index: z.number().nullish(),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string(), parsed_arguments: derived }),
});

/**
 * An assistant's turn may be the very object that a client got from an answer, so what an answer holds is taken here;
 * `ignoredHistory` names what of it goes no further.
 */
const assistant = z.strictObject({
  role: z.literal('assistant'),
  content: assistantContent.nullish(),
  refusal: z.string().nullish(),
  name,
  tool_calls: listSchema(toolCall).nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  annotations: z.array(z.unknown()).nullish(),
  audio: z.null().optional(),
  function_call: z.null().optional(),
  parsed: derived,
});

const tool = z.strictObject({
  role: z.literal('tool'),
  content: textContent,
  tool_call_id: z.string().min(1),
  name,
});

const anyMessage = z.discriminatedUnion('role', [instruction, user, assistant, tool]);

/** A message of OpenAI's wire, read into one of ours. */
export const messageSchema: z.ZodType<Message> = anyMessage.transform(messageOf);

/** Fields of an assistant's earlier turns that no provider is sent. */
const ignored = ['reasoning_content', 'reasoning', 'annotations'] as const;

/** Which fields of earlier turns hold something that goes no further. */
export function ignoredHistory(messages: readonly unknown[]): readonly string[] {
  return ignored.filter((field) =>
    messages.some((message) => {
      const value = (message as { readonly [field: string]: unknown } | null)?.[field];
      return (
        value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
      );
    }),
  );
}

function messageOf(message: z.infer<typeof anyMessage>): Message {
  const named = typeof message.name === 'string' ? { name: message.name } : {};
  switch (message.role) {
    case 'assistant': {
      const calls = message.tool_calls ?? [];
      return {
        role: 'assistant',
        content: message.content ?? message.refusal ?? '',
        ...named,
        ...(calls.length === 0
          ? {}
          : {
              toolCalls: calls.map(({ id, function: called }) => ({
                id,
                name: called.name,
                arguments: called.arguments,
              })),
            }),
      };
    }
    case 'tool':
      return { role: 'tool', content: message.content, toolCallId: message.tool_call_id, ...named };
    default:
      return { role: message.role, content: message.content, ...named };
  }
}
