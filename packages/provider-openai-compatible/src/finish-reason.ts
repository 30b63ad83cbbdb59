import type { FinishReason } from '@sluice/core';

/**
 * The wire's reasons. OpenAI has `stop`, `length`, `tool_calls`, `content_filter` and the old `function_call`; the others are
 * words of servers behind the same wire.
 */
const reasons: { readonly [raw: string]: FinishReason } = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',

  // text-generation-inference and proxies of other protocols
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  safety: 'content-filter',
  refusal: 'content-filter',
  // Mistral
  model_length: 'length',
  // vLLM: the request was aborted on the server
  abort: 'interrupted',
  // DeepSeek: the server ran out of resources
  insufficient_system_resource: 'interrupted',
  // GLM
  sensitive: 'content-filter',
};

/** What else is known of an answer when it ends. */
export interface AnswerFacts {
  readonly toolCalls: boolean;
  readonly refused: boolean;
}

/**
 * Our reason for the wire's. An answer with tool calls ends with `tool-calls` whatever word the server has for it (OpenAI
 * itself says `stop` when a tool was forced), and a refusal with `content-filter`.
 */
export function finishReason(raw: string | undefined, { toolCalls, refused }: AnswerFacts): FinishReason {
  const reason =
    raw !== undefined && Object.hasOwn(reasons, raw.toLowerCase())
      ? (reasons[raw.toLowerCase()] as FinishReason)
      : 'other';
  if (reason !== 'stop' && reason !== 'other') return reason;
  if (toolCalls) return 'tool-calls';
  return refused ? 'content-filter' : reason;
}
