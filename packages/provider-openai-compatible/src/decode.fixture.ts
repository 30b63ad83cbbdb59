import { Buffer } from 'node:buffer';
import { ChatError, type ChatEvent } from '@sluice/core';
import { AnswerDecoder } from './answer-decoder.ts';
import type { AnswerReading } from './answer-reader.ts';

/** What became of some bytes. */
export interface Decoded {
  readonly events: readonly ChatEvent[];
  /** What was thrown, if anything. */
  readonly error: ChatError | undefined;
  readonly text: string;
}

/** Decodes a body that arrives in these chunks, then ends. */
export function decode(
  chunks: string | readonly (string | Uint8Array)[],
  reading: Partial<AnswerReading> = {},
): Decoded {
  const decoder = new AnswerDecoder(
    { provider: 'local', model: 'm', secrets: {}, includeRaw: false, expectsUsage: true, ...reading },
    { status: 200, headers: {}, url: 'http://127.0.0.1/v1/chat/completions' },
  );
  const events: ChatEvent[] = [];
  let error: ChatError | undefined;
  try {
    for (const chunk of typeof chunks === 'string' ? [chunks] : chunks) {
      decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, events);
    }
    decoder.end(events);
  } catch (thrown) {
    if (!ChatError.is(thrown)) throw thrown;
    error = thrown;
  }
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  return { events, error, text };
}

/** One server-sent event. */
export function sse(message: unknown): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}

/** One event with a choice 0 that has this delta. */
export function delta(fields: object, finishReason: string | null = null): string {
  return sse({ id: 'c-1', choices: [{ index: 0, delta: fields, finish_reason: finishReason }] });
}

/** The end of a stream: a finish reason and the mark. */
export function ending(finishReason = 'stop'): string {
  return `${delta({}, finishReason)}data: [DONE]\n\n`;
}
