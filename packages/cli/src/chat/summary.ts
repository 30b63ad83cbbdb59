import type { FinishReason, RouteAttempt } from '@sluice/core';
import { duration } from '../duration.ts';
import type { Answered } from './answer.ts';
import type { Measured } from './meter.ts';

/** Why an answer that ended well may not be all that there was to say. */
const shortcomings: { readonly [Reason in FinishReason]?: string } = {
  length: 'the answer is cut off: it has reached its limit of tokens',
  'content-filter': 'the answer is cut off: a content filter has stopped it',
  interrupted: 'the answer is cut off: the upstream has stopped it',
};

/** What the answer lacks, who was tried before and why that failed, and who answered and how fast: a line each. */
export function summaryLines({ answeredBy, route, measured, reason }: Answered): readonly string[] {
  const pace = paceOf(measured);
  const shortcoming =
    shortcomings[reason] ?? (measured.characters === 0 ? 'the answer has no text' : undefined);
  return [
    ...(shortcoming === undefined ? [] : [shortcoming]),
    ...failedAttemptLines(route?.attempts ?? []),
    `${answeredBy} answered: first token after ${duration(measured.firstTokenMs)}, ${pace}, ${duration(measured.totalMs)} in all`,
  ];
}

/** A line for each target that was tried and failed. */
export function failedAttemptLines(attempts: readonly RouteAttempt[]): readonly string[] {
  return attempts
    .filter(({ outcome }) => outcome !== 'served')
    .map(
      ({ target, outcome, message, durationMs }) =>
        `tried ${target}: ${message ?? 'it failed'} (${outcome}, ${duration(durationMs)})`,
    );
}

/** Tokens a second where the upstream counts them, else the pieces in which the text came, else its length. */
function paceOf({ usage, chunks, characters, firstTokenMs, totalMs }: Measured): string {
  const spokenMs = totalMs - firstTokenMs;
  const tokens = usage?.outputTokens;
  if (tokens !== undefined) return counted(tokens, 'token', spokenMs);
  return chunks > 1 ? counted(chunks, 'chunk', spokenMs) : `${characters} characters`;
}

function counted(amount: number, unit: string, spokenMs: number): string {
  const units = `${amount} ${unit}${amount === 1 ? '' : 's'}`;
  // The first one came before the clock of the rate began; an answer that came at once has no rate.
  if (amount < 2 || spokenMs < 1) return units;
  const rate = ((amount - 1) * 1_000) / spokenMs;
  return `${units} at ${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`;
}
