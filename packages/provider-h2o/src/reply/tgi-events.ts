import type { FinishReason } from '@sluice/core';
import { isRecord, type JsonRecord } from '../wire/json-value.ts';

/** What a text-generation-inference event of era A says. */
export interface TgiEvent {
  /** A piece of the answer; special tokens (begin, end, padding) have none. */
  readonly text?: string;
  /** The whole answer: the end. May be empty, so that only its presence counts. */
  readonly generatedText?: string;
  readonly finish?: { readonly reason: FinishReason; readonly rawReason?: string };
  readonly outputTokens?: number;
  /** It brought a token that the model chose to say, and not its own mark of the end. */
  readonly isSaid: boolean;
}

/** text-generation-inference's `FinishReason`. */
const reasons: { readonly [rawReason: string]: FinishReason } = {
  length: 'length',
  eos_token: 'stop',
  stop_sequence: 'stop',
};

/** What its `error_type` would have been as a status, had it not come within a 200 (its router's `errors`). */
const statuses: { readonly [errorType: string]: number } = {
  validation: 422,
  generation: 500,
  incomplete_generation: 500,
  overloaded: 503,
  unhealthy: 503,
};

/** The status that an `error_type` stands for, if it is a known one. */
export function statusOfErrorType(errorType: unknown): number | undefined {
  return typeof errorType === 'string' && Object.hasOwn(statuses, errorType)
    ? statuses[errorType]
    : undefined;
}

/** Whether a value is such an event. */
export function isTgiEvent(value: JsonRecord): boolean {
  return isRecord(value.token) || typeof value.generated_text === 'string';
}

/** Reads an event, also the plain answer that a server gives which does not stream. Text that is no text is passed over. */
export function readTgiEvent({ token, generated_text: whole, details }: JsonRecord): TgiEvent {
  const shown = isRecord(token) && !token.special && typeof token.text === 'string' ? token.text : undefined;
  const rawReason = isRecord(details) ? details.finish_reason : undefined;
  const outputTokens = isRecord(details) ? details.generated_tokens : undefined;
  return {
    isSaid: isRecord(token) && !token.special,
    ...(shown === undefined ? {} : { text: shown }),
    ...(typeof whole === 'string' ? { generatedText: whole } : {}),
    ...(typeof rawReason === 'string' ? { finish: { reason: reasonOf(rawReason), rawReason } } : {}),
    ...(typeof outputTokens === 'number' ? { outputTokens } : {}),
  };
}

function reasonOf(rawReason: string): FinishReason {
  return (Object.hasOwn(reasons, rawReason) ? reasons[rawReason] : undefined) ?? 'other';
}
