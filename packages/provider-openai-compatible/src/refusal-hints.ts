import type { UpstreamFailure } from '@sluice/core';
import { ChatError, errorFromStatus } from '@sluice/core';

/** What servers say when they refuse a field that an option can change, and that option. */
const hints: readonly (readonly [says: RegExp, hint: string])[] = [
  [/stream_options|include_usage/i, 'set includeUsage: false'],
  [/max_tokens.{0,80}max_completion_tokens/is, "set maxTokensField: 'max_completion_tokens'"],
  [/max_completion_tokens/i, "set maxTokensField: 'max_tokens'"],
  // LM Studio: 'response_format.type' must be 'json_schema' or 'text'
  [/response_format\W.{0,40}json_schema/is, "set jsonObject: 'json_schema'"],
];

/** The error of a refused request (400, 422) that an option of this provider would mend; nothing for others. */
export function refusalWithHint(failure: UpstreamFailure): ChatError | undefined {
  if (failure.status !== 400 && failure.status !== 422) return undefined;
  const hint = hints.find(([says]) => says.test(failure.body))?.[1];
  if (hint === undefined) return undefined;
  const error = errorFromStatus(failure);
  if (error.code !== 'invalid-request') return error;
  return new ChatError(error.code, `${error.message}; ${hint}`, { ...error, provider: failure.provider });
}
