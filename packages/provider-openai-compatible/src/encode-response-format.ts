import type { ResponseFormat } from '@sluice/core';

/**
 * How a server is asked for any JSON object: with OpenAI's `json_object`, or with a schema that every object fits, for
 * servers that know schemas only (LM Studio).
 */
export type JsonObjectStyle = 'json_object' | 'json_schema';

/** Writes the form of the answer. Text is what comes anyway, so it is not asked for: LM Studio long refused it by name. */
export function encodeResponseFormat(
  format: ResponseFormat | undefined,
  style: JsonObjectStyle,
): object | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  const { name, description, schema, strict } = format;
  if (schema === undefined && style === 'json_object') return { type: 'json_object' };
  return {
    type: 'json_schema',
    json_schema: {
      name: name ?? 'response',
      ...(description === undefined ? {} : { description }),
      schema: schema ?? { type: 'object' },
      ...(strict === undefined ? {} : { strict }),
    },
  };
}
