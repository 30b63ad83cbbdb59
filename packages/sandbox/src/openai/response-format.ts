import { ApiError } from './api-error.ts';
import type { Message } from './messages.ts';

/** The form in which the answer was asked for. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly schema: unknown };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks `response_format`.
 * @throws {ApiError} 400.
 */
export function checkResponseFormat(format: unknown, messages: readonly Message[]): ResponseFormat {
  if (format === undefined) return { type: 'text' };
  const { type, json_schema: schema } = (
    typeof format === 'object' && format !== null ? format : {}
  ) as Fields;
  if (type === 'text') return { type };
  if (type === 'json_object') {
    if (messages.some((message) => /json/iu.test(message.text))) return { type };
    throw new ApiError(
      400,
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      { param: 'messages' },
    );
  }
  if (type === 'json_schema') {
    const { name, schema: definition } = (
      typeof schema === 'object' && schema !== null ? schema : {}
    ) as Fields;
    if (typeof name !== 'string' || !/^[\w-]{1,64}$/u.test(name)) {
      throw new ApiError(400, "Missing required parameter: 'response_format.json_schema.name'.", {
        param: 'response_format.json_schema.name',
        code: 'missing_required_parameter',
      });
    }
    return { type, schema: definition ?? {} };
  }
  throw new ApiError(
    400,
    `Invalid value: '${String(type)}'. Supported values are: 'json_object', 'json_schema', and 'text'.`,
    { param: 'response_format.type', code: 'invalid_value' },
  );
}
