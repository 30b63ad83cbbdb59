import { expect, test } from 'vitest';
import { readUsage } from './usage.ts';

test('counts and their details are read', () => {
  expect(
    readUsage({
      prompt_tokens: 20,
      completion_tokens: 8,
      total_tokens: 28,
      prompt_tokens_details: { cached_tokens: 16, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 5 },
    }),
  ).toEqual({ inputTokens: 20, outputTokens: 8, totalTokens: 28, cachedInputTokens: 16, reasoningTokens: 5 });
});

test('what is not reported stays out, nothing is guessed', () => {
  expect(readUsage({ completion_tokens: 0 })).toEqual({ outputTokens: 0 });
  expect(readUsage({ prompt_tokens: 5, prompt_tokens_details: null })).toEqual({ inputTokens: 5 });
});

test("DeepSeek's count of cached tokens is read", () => {
  expect(readUsage({ prompt_cache_hit_tokens: 3 })).toEqual({ cachedInputTokens: 3 });
});

test.each([[null], [undefined], ['many'], [{}], [[]], [{ prompt_tokens: '5', completion_tokens: -1 }]])(
  '%j is no usage',
  (usage) => {
    expect(readUsage(usage)).toBeUndefined();
  },
);
