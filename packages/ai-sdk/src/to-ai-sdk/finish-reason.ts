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

/** The reasons that both sides have. Ours may grow: one that is not here is `other`, with its name as the raw one. */
const known: { readonly [Reason in FinishEvent['reason']]: Unified } = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
  'content-filter': 'content-filter',
  interrupted: 'interrupted',
  other: 'other',
};

/** How an answer ended that came to its end. */
export function finishReasonOf(
  { reason, rawReason }: FinishEvent,
  interruptedIsKnown: boolean,
): LanguageModelV4FinishReason {
  if (!Object.hasOwn(known, reason)) return { unified: 'other', raw: rawReason ?? reason };
  const unified = reason === 'interrupted' && !interruptedIsKnown ? 'other' : known[reason];
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
