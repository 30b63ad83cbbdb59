import type { ServerResponse } from 'node:http';
import type { ChatEvent } from '@sluice/core';
import type { StreamEncoder } from './client-wire.ts';

/** A batch that is this long is written though more events are there, in UTF-16 units. */
const longestBatch = 65_536;

/** The client did not read for too long. */
export class SlowReader extends Error {
  override readonly name: string = 'SlowReader';
}

/** What is written, where, and how long a client may take. */
export interface EventWriting {
  readonly out: ServerResponse;
  readonly encoder: StreamEncoder;
  /** The longest wait for a client that doesn't read, in milliseconds. */
  readonly slowReaderMs: number;
  /** Told of each event before it is written. */
  readonly onEvent: (event: ChatEvent) => void;
}

/**
 * Writes events as they come, up to their end. Events that are already there go out in one write: reading them costs only
 * microtasks, and the write is put behind those. When the client reads slowly, nothing more is pulled, so that the upstream is
 * slowed down and nothing piles up here.
 *
 * Resolves with what is still to be written, which goes out together with the end, or when the client is gone. Throws what the
 * stream throws, after everything before it was written, and `SlowReader`.
 */
export async function writeEvents(
  events: AsyncIterator<ChatEvent>,
  first: readonly ChatEvent[],
  { out, encoder, slowReaderMs, onEvent }: EventWriting,
): Promise<string> {
  let batch = encoder.begin();
  let isPlanned = false;
  const flush = (): void => {
    isPlanned = false;
    if (batch === '' || out.destroyed) return;
    out.write(batch);
    batch = '';
  };
  const add = (event: ChatEvent): void => {
    onEvent(event);
    batch += encoder.encode(event);
    if (batch.length >= longestBatch) flush();
    else if (!isPlanned && batch !== '') {
      isPlanned = true;
      process.nextTick(flush);
    }
  };
  try {
    for (const event of first) add(event);
    while (!out.destroyed) {
      if (out.writableNeedDrain) await drained(out, slowReaderMs);
      const step = await events.next();
      if (step.done) {
        const last = batch;
        batch = '';
        return last;
      }
      add(step.value);
    }
    return '';
  } finally {
    flush();
  }
}

/** Resolves when the socket takes more, or is closed. */
function drained(out: ServerResponse, slowReaderMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = Number.isFinite(slowReaderMs)
      ? setTimeout(() => settle(new SlowReader()), slowReaderMs)
      : undefined;
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      out.off('drain', onReady);
      out.off('close', onReady);
      if (error) reject(error);
      else resolve();
    };
    const onReady = (): void => settle();
    out.on('drain', onReady);
    out.on('close', onReady);
  });
}
