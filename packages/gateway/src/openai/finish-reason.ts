import type { FinishReason } from '@sluice/core';

/**
 * OpenAI's word for the end of an answer. It has none for an answer that somebody stopped on the upstream's side: `length` is
 * the nearest that does not call it complete.
 */
const finishReasons: { readonly [Reason in FinishReason]: string } = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  interrupted: 'length',
  other: 'stop',
};

/** The word for a reason. One that a newer provider gives and this version does not know ends the answer like `other`. */
export function finishReasonOf(reason: FinishReason): string {
  return finishReasons[reason] ?? finishReasons.other;
}
