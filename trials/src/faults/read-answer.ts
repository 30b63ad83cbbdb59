import { ChatError, type ChatStream, type RouteDecision } from '@sluice/core';
import { routeOf } from '@sluice/registry';

/** What a caller got of one call. */
export interface Received {
  readonly text: string;
  /** The finish reason, once it came. */
  readonly reason?: string;
  readonly error?: unknown;
  readonly route?: RouteDecision | undefined;
  /** Events that came after the finish or the failure. */
  readonly afterEnd: number;
}

/** Reads an answer to its end, and one step further. `onText` is told of the first piece. */
export async function readAnswer(
  opening: Promise<ChatStream>,
  onText: () => void = () => {},
): Promise<Received> {
  let stream: ChatStream;
  try {
    stream = await opening;
  } catch (error) {
    return { text: '', error, route: routeOf(error), afterEnd: 0 };
  }
  const events = stream[Symbol.asyncIterator]();
  const pieces: string[] = [];
  let reason: string | undefined;
  let error: unknown;
  try {
    for (let step = await events.next(); !step.done; step = await events.next()) {
      if (step.value.type === 'text-delta' && pieces.push(step.value.text) === 1) onText();
      if (step.value.type === 'finish') reason = step.value.reason;
    }
  } catch (thrown) {
    error = thrown;
  }
  const more = await events.next();
  return {
    text: pieces.join(''),
    route: stream.route,
    afterEnd: more.done ? 0 : 1,
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The answer in words, held against what the upstream meant to say. */
export function answerInWords(text: string, meant: string): string {
  if (text === meant) return 'the answer';
  return text.replaceAll('\0', '') === meant ? 'an answer with NUL characters' : 'a wrong answer';
}

/** What the caller got, in words. */
export function receivedInWords({ text, reason, error, afterEnd }: Received, meant: string): string {
  const strange = afterEnd > 0 ? ', and more after the end' : '';
  if (error === undefined) {
    const finish = reason === 'stop' ? '' : `, finish ${reason ?? 'missing'}`;
    return `${answerInWords(text, meant)}${finish}${strange}`;
  }
  if (!ChatError.is(error)) return `no ChatError but ${error instanceof Error ? error.name : typeof error}`;
  const told = text === '' ? '' : `${partInWords(text, meant, error)}, then `;
  return `${told}\`${error.code}\`${strange}`;
}

/** A failure carries what arrived before it. */
function partInWords(text: string, meant: string, { partial }: ChatError): string {
  if (!meant.startsWith(text)) return 'a wrong part of the answer';
  return partial?.text === text ? 'part of the answer' : 'part of the answer (not told in `partial`)';
}
