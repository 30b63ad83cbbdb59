import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { ChatErrorCode, FinishEvent } from '@sluice/core';

type Unified = LanguageModelV4FinishReason['unified'];

/** The first version of `@ai-sdk/provider` whose finish reasons have `interrupted` (its changelog, 4.0.32). */
const interruptedSince = [4, 0, 32] as const;

/** Whether that version of `@ai-sdk/provider` has the finish reason `interrupted`. */
export function knowsInterrupted(version: string): boolean {
  const numbers = version.split(/[.+-]/, 3).map(Number);
  for (const [index, since] of interruptedSince.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== since) return number > since;
  }
  return true;
}

/** Failures after which the rest of an answer is missing, and nobody said why. */
const cuts: ReadonlySet<ChatErrorCode> = new Set([
  'truncated',
  'network',
  'idle-timeout',
  'deadline-exceeded',
]);

/** How an answer ended that came to its end. */
export function finishReasonOf(
  { reason, rawReason }: FinishEvent,
  interruptedIsKnown: boolean,
): LanguageModelV4FinishReason {
  const unified = reason === 'interrupted' && !interruptedIsKnown ? 'other' : reason;
  return { unified, raw: rawReason };
}

/** How an answer ended that broke off with this failure. Never like a good end. */
export function finishReasonOfFailure(
  code: ChatErrorCode,
  interruptedIsKnown: boolean,
): LanguageModelV4FinishReason {
  let unified: Unified = 'error';
  if (code === 'content-filter') unified = 'content-filter';
  else if (cuts.has(code) && interruptedIsKnown) unified = 'interrupted';
  return { unified, raw: undefined };
}
