import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from '@sluice/core';

/** The counts in the nested shape of the AI SDK: every key is there, and `undefined` where the upstream said nothing. */
export function usageOf(usage: Usage | undefined): LanguageModelV4Usage {
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens } = usage ?? {};
  return {
    inputTokens: {
      total: inputTokens,
      noCache: rest(inputTokens, cachedInputTokens),
      cacheRead: cachedInputTokens,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: outputTokens,
      text: rest(outputTokens, reasoningTokens),
      reasoning: reasoningTokens,
    },
    ...(usage === undefined ? {} : { raw: { ...usage } }),
  };
}

/** What is left of a total; unknown where one of the two is. */
function rest(total: number | undefined, part: number | undefined): number | undefined {
  return total === undefined || part === undefined ? undefined : Math.max(0, total - part);
}
