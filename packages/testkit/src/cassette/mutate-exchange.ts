import { Buffer } from 'node:buffer';
import type { CassetteError } from './cassette-format.ts';
import type { RecordedChunk, RecordedExchange } from './recorded-exchange.ts';

/** Makes another exchange of a recorded one: the same conversation on a worse day. */
export type Mutation = (exchange: RecordedExchange) => RecordedExchange;

/** How an answer is cut. */
export type Cut = 'close' | 'reset' | 'end';

/**
 * Cuts the body behind so many bytes: `close`, the connection is closed in the middle; `reset`, it breaks; `end`, the body ends
 * well as far as HTTP can tell. A shorter body stays as it is. Throws a `RangeError` where `byte` is none.
 *
 * @example
 * await replay('answer.jsonl', { mutate: onAnswers(cutAt(100)) });
 */
export function cutAt(byte: number, how: Cut = 'close'): Mutation {
  checkPlace(byte);
  return (exchange) => {
    if (!exchange.head || lengthOf(exchange) <= byte) return exchange;
    const chunks = firstBytes(exchange.chunks, byte);
    const atMs = chunks.at(-1)?.atMs ?? exchange.head.atMs;
    const end: RecordedExchange['end'] =
      how === 'end'
        ? { atMs, how: 'complete' }
        : {
            atMs,
            how: 'failed',
            error: breaks[how](URL.parse(exchange.request.url)?.host ?? 'the upstream'),
          };
    return { ...exchange, chunks, end };
  };
}

/** Sends so many bytes of the body, and then nothing, until the client gives up. A shorter body stalls at its end. */
export function stallAt(byte: number): Mutation {
  checkPlace(byte);
  return (exchange) => {
    if (!exchange.head) return exchange;
    const chunks = firstBytes(exchange.chunks, byte);
    return { ...exchange, chunks, end: { atMs: exchange.end.atMs, how: 'abandoned' } };
  };
}

/** A piece of one byte takes more than a hundred in memory: of a long answer so many come one by one, the rest as it came. */
const mostSingleBytes = 1024 * 1024;

/** One byte a chunk, for the first MiB: the same bytes must give the same events, however they are cut. */
export const oneByteAChunk: Mutation = (exchange) => {
  let left = mostSingleBytes;
  return {
    ...exchange,
    chunks: exchange.chunks.flatMap((chunk) => {
      const { atMs, bytes } = chunk;
      const fits = bytes.length <= left;
      left = fits ? left - bytes.length : 0;
      if (!fits) return [chunk];
      return Array.from(bytes, (_byte, at) => ({ atMs, bytes: bytes.subarray(at, at + 1) }));
    }),
  };
};

/** The whole body in one chunk, when its last byte has come. */
export const oneChunk: Mutation = (exchange) => {
  const last = exchange.chunks.at(-1);
  if (!last) return exchange;
  return {
    ...exchange,
    chunks: [{ atMs: last.atMs, bytes: Buffer.concat(exchange.chunks.map(({ bytes }) => bytes)) }],
  };
};

/** Several mutations, one after the other. */
export function composed(...mutations: readonly Mutation[]): Mutation {
  return (exchange) => mutations.reduce((changed, mutate) => mutate(changed), exchange);
}

/** Only those exchanges that the condition holds for. */
export function onlyIf(condition: (exchange: RecordedExchange) => boolean, mutation: Mutation): Mutation {
  return (exchange) => (condition(exchange) ? mutation(exchange) : exchange);
}

/** Only answers that were streamed: event streams and lines of JSON, not the other steps of a protocol. */
export function onAnswers(mutation: Mutation): Mutation {
  return onlyIf(isAnswer, mutation);
}

function isAnswer({ request, head, chunks }: RecordedExchange): boolean {
  if (request.method !== 'POST' || !head || head.status > 299 || chunks.length === 0) return false;
  return (
    /event-stream|ndjson|jsonl|json-?lines/.test(head.headers['content-type'] ?? '') || chunks.length > 2
  );
}

const breaks: { readonly [How in Exclude<Cut, 'end'>]: (host: string) => CassetteError } = {
  close: (host) => ({
    code: 'truncated',
    message: `${host} closed the connection in the middle of its answer`,
    sent: 'yes',
  }),
  reset: (host) => ({
    code: 'network',
    message: `the answer from ${host} broke off: the connection was reset (ECONNRESET)`,
    sent: 'yes',
  }),
};

function checkPlace(byte: number): void {
  if (!Number.isInteger(byte) || byte < 0)
    throw new RangeError(`a byte is a whole number from 0, got ${byte}`);
}

function lengthOf({ chunks }: RecordedExchange): number {
  return chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function firstBytes(chunks: readonly RecordedChunk[], byte: number): readonly RecordedChunk[] {
  const kept: RecordedChunk[] = [];
  let left = byte;
  for (const { atMs, bytes } of chunks) {
    if (left <= 0) break;
    kept.push({ atMs, bytes: bytes.subarray(0, left) });
    left -= bytes.length;
  }
  return kept;
}
