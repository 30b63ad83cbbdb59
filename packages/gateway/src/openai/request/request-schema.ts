import type { ChatRequest } from '@sluice/core';
import { z } from 'zod';
import { listSchema } from './list-schema.ts';
import { messageSchema } from './message-schema.ts';
import { responseFormatSchema } from './response-format-schema.ts';
import { toolChoiceSchema, toolSchema } from './tool-schema.ts';
import { unsupportedFields } from './unsupported-fields.ts';

/** What a body says, read. */
export interface WireRequest {
  readonly request: ChatRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

const tokens = z.number().int().min(1);

const carried = z.strictObject({
  model: z.string().min(1).max(256).nullish().describe('provider:model, a model, a provider or a route.'),
  messages: listSchema(messageSchema, 1),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.number().int().min(0).nullish(),
  max_tokens: tokens.nullish(),
  max_completion_tokens: tokens.nullish(),
  stop: z.union([z.string().min(1), listSchema(z.string().min(1))]).nullish(),
  seed: z.number().int().nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  tools: listSchema(toolSchema).nullish(),
  tool_choice: toolChoiceSchema.nullish(),
  response_format: responseFormatSchema.nullish(),
  reasoning_effort: z.string().min(1).max(32).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish().describe('The newer name of user.'),
  metadata: z.record(z.string(), z.string()).nullish(),
});

/** Anything goes in these: `unsupportedIn` decides what becomes of it. */
const judged: z.ZodRawShape = Object.fromEntries(
  unsupportedFields.map(({ name }) => [name, z.unknown().describe('Not supported.').optional()]),
);

/** The body of `POST /v1/chat/completions`. */
export const requestSchema: z.ZodType<WireRequest> = carried
  .extend(judged)
  .superRefine((body, context) => {
    const { max_tokens: old, max_completion_tokens: current, stream, stream_options: options } = body;
    if (typeof old === 'number' && typeof current === 'number' && old !== current) {
      context.addIssue({
        code: 'custom',
        path: ['max_tokens'],
        message: 'differs from max_completion_tokens: give one of them',
      });
    }
    if (options && stream !== true) {
      context.addIssue({ code: 'custom', path: ['stream_options'], message: 'needs stream: true' });
    }
  })
  .transform((whole) => {
    const body = whole as z.infer<typeof carried>;
    return {
      request: requestOf(body),
      stream: body.stream === true,
      includeUsage: body.stream_options?.include_usage === true,
    };
  });

/** Absent, or null as the wire has it for "not given", is not there at all in ours. */
function requestOf(body: z.infer<typeof carried>): ChatRequest {
  const fields = {
    model: body.model,
    messages: body.messages,
    temperature: body.temperature,
    topP: body.top_p,
    topK: body.top_k,
    maxOutputTokens: body.max_completion_tokens ?? body.max_tokens,
    stop: body.stop,
    seed: body.seed,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
    tools: body.tools,
    toolChoice: body.tool_choice,
    responseFormat: body.response_format,
    reasoningEffort: body.reasoning_effort,
    user: body.safety_identifier ?? body.user,
    metadata: body.metadata,
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as unknown as ChatRequest;
}
