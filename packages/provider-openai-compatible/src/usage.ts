import type { Usage } from '@sluice/core';
import { isObject } from './json-value.ts';

/** Where each count may stand, by server; the first that is a number counts. */
const places: { readonly [Field in keyof Usage]-?: readonly (readonly string[])[] } = {
  inputTokens: [['prompt_tokens']],
  outputTokens: [['completion_tokens']],
  totalTokens: [['total_tokens']],
  reasoningTokens: [['completion_tokens_details', 'reasoning_tokens'], ['reasoning_tokens']],
  cachedInputTokens: [
    ['prompt_tokens_details', 'cached_tokens'],
    // DeepSeek
    ['prompt_cache_hit_tokens'],
    // Moonshot
    ['cached_tokens'],
  ],
};

/** Reads the wire's `usage`. What it does not report stays out; nothing where it reports nothing. */
export function readUsage(usage: unknown): Usage | undefined {
  const counts: { -readonly [Field in keyof Usage]: number } = {};
  for (const [field, paths] of Object.entries(places) as [keyof Usage, readonly (readonly string[])[]][]) {
    const count = paths.map((path) => countAt(usage, path)).find((found) => found !== undefined);
    if (count !== undefined) counts[field] = count;
  }
  return Object.keys(counts).length > 0 ? counts : undefined;
}

function countAt(usage: unknown, path: readonly string[]): number | undefined {
  let value = usage;
  for (const key of path) value = isObject(value) ? value[key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
