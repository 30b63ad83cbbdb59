import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from '@sluice/core';

/** The counts of the AI SDK in ours; nothing where it reports none at all. */
export function usageFrom({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | undefined {
  const counts = {
    inputTokens: inputTokens.total,
    outputTokens: outputTokens.total,
    totalTokens:
      inputTokens.total === undefined || outputTokens.total === undefined
        ? undefined
        : inputTokens.total + outputTokens.total,
    reasoningTokens: outputTokens.reasoning,
    cachedInputTokens: inputTokens.cacheRead,
  };
  const known = Object.entries(counts).filter(([, count]) => count !== undefined);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}
