import type { ToolChoice, ToolDefinition } from '@sluice/core';
import { z } from 'zod';

/** A tool: a function with a JSON Schema for its arguments. */
export const toolSchema: z.ZodType<ToolDefinition> = z
  .strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: z.string().min(1),
      description: z.string().nullish(),
      parameters: z.record(z.string(), z.unknown()).nullish(),
      strict: z.boolean().nullish(),
    }),
  })
  .transform(({ function: { name, description, parameters, strict } }) => ({
    name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(parameters ? { parameters } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
  }));

/** Which tool the model has to call, if any. */
export const toolChoiceSchema: z.ZodType<ToolChoice> = z.union([
  z.enum(['auto', 'none', 'required']),
  z
    .strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string().min(1) }) })
    .transform(({ function: { name } }) => ({ name })),
]);
