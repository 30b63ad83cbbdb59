import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from '@sluice/core';

/** The counts of the AI SDK in ours; nothing where it reports none at all. */
export function usageFrom(usage: LanguageModelV4Usage | undefined): Usage | undefined {
  // The specification has all of it; models that somebody wrote leave out what they don't count.
  const { inputTokens, outputTokens }: Partial<LanguageModelV4Usage> = usage ?? {};
  const counts = {
    inputTokens: inputTokens?.total,
    outputTokens: outputTokens?.total,
    totalTokens:
      inputTokens?.total === undefined || outputTokens?.total === undefined
        ? undefined
        : inputTokens.total + outputTokens.total,
    reasoningTokens: outputTokens?.reasoning,
    cachedInputTokens: inputTokens?.cacheRead,
  };
  const known = Object.entries(counts).filter(([, count]) => count !== undefined);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}
