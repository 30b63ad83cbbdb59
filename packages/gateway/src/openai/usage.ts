import type { Usage } from '@sluice/core';

/** OpenAI's usage object. A count that the upstream did not report is not in it, and none is guessed. */
export function usageObject(usage: Usage): object {
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens } = usage;
  const sum =
    inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
  const { totalTokens = sum } = usage;
  return {
    ...(inputTokens === undefined ? {} : { prompt_tokens: inputTokens }),
    ...(outputTokens === undefined ? {} : { completion_tokens: outputTokens }),
    ...(totalTokens === undefined ? {} : { total_tokens: totalTokens }),
    ...(cachedInputTokens === undefined
      ? {}
      : { prompt_tokens_details: { cached_tokens: cachedInputTokens } }),
    ...(reasoningTokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}
