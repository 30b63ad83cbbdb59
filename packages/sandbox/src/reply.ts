import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import { abandon } from './faults/abandon.ts';
import type { Piece } from './faults/fault-behaviour.ts';
import { type Frame, isEvent, type StreamGrammar } from './frames.ts';
import { aborted } from './pace.ts';

/** Status and headers of an answer. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** A streamed answer. */
export interface StreamAnswer {
  readonly head: Head;
  readonly grammar: StreamGrammar;
  readonly frames: AsyncIterable<Frame>;
  /** The same answer as one JSON value, for a server that ignores that a stream was asked for. */
  readonly whole: (text: string) => unknown;
}

function writeHead(exchange: Exchange, head: Head): void {
  const { fault } = exchange;
  const { status, headers } = fault?.behaviour.head?.(head, fault) ?? head;
  exchange.entry.update({ status });
  exchange.response.writeHead(
    status,
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value as string | string[]])),
  );
  // The head goes out at once: a client's timeouts for head and first token are different ones.
  exchange.response.flushHeaders();
}

/** Resolves when the bytes written so far are with the operating system. */
function flushed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.write('', () => resolve());
    if (response.destroyed) resolve();
  });
}

/** Cuts the connection with a TCP reset, as a crashed server does. */
export function resetConnection(exchange: Exchange): void {
  exchange.markCut();
  exchange.response.socket?.resetAndDestroy();
}

/** Waits until the socket takes more bytes, or is closed. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/**
 * Writes until the pieces or the client end. The sources watch the signal themselves: racing each piece
 * against one long-lived promise would keep every piece of an endless stream in memory.
 */
async function writePieces(exchange: Exchange, pieces: AsyncIterable<Piece>): Promise<void> {
  const { response, signal } = exchange;
  for await (const piece of pieces) {
    if (signal.aborted) return;
    if (piece === 'reset') {
      // Bytes already written must reach the client first, or it would see another fault.
      await flushed(response);
      resetConnection(exchange);
      return;
    }
    if (piece === 'hang') {
      await aborted(signal);
      return;
    }
    if (!response.write(piece)) await drained(response);
  }
  if (!signal.aborted) response.end();
}

function toPieces(exchange: Exchange, source: AsyncIterable<Piece>): AsyncIterable<Piece> {
  const { fault } = exchange;
  return fault?.behaviour.pieces?.(source, fault) ?? source;
}

async function* encode(frames: AsyncIterable<Frame>): AsyncGenerator<Piece> {
  for await (const frame of frames) yield isEvent(frame) ? Buffer.from(frame.data) : frame.kind;
}

/** What is written at once: a large body must not stand in memory twice. */
const BLOCK_BYTES = 64 * 1024;

async function* blocks(bytes: Buffer): AsyncGenerator<Piece> {
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) yield bytes.subarray(from, from + BLOCK_BYTES);
}

/** Sends a whole body. */
export async function sendBody(exchange: Exchange, head: Head, body: string | Buffer): Promise<void> {
  writeHead(exchange, head);
  const bytes = Buffer.from(body);
  const { fault } = exchange;
  const pieces = fault?.behaviour.body?.(bytes, fault) ?? blocks(bytes);
  await writePieces(exchange, toPieces(exchange, pieces));
}

/** Sends a JSON value. */
export function sendJson(
  exchange: Exchange,
  status: number,
  value: unknown,
  headers: Head['headers'] = {},
): Promise<void> {
  return sendBody(
    exchange,
    { status, headers: { 'content-type': 'application/json', ...headers } },
    JSON.stringify(value),
  );
}

/** Streams an answer, one event a chunk, as fast as the client reads. */
export async function sendStream(exchange: Exchange, answer: StreamAnswer): Promise<void> {
  const { fault, signal } = exchange;
  if (fault?.name === 'json-not-stream') {
    await abandon(answer.frames);
    await sendJson(exchange, 200, answer.whole(exchange.entry.request.answer ?? ''));
    return;
  }
  const frames = fault?.behaviour.frames?.(answer.frames, answer.grammar, fault, signal) ?? answer.frames;
  writeHead(exchange, answer.head);
  await writePieces(exchange, toPieces(exchange, encode(frames)));
}
