import { once } from 'node:events';
import {
  type BrotliCompress,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  type Deflate,
  type Gzip,
} from 'node:zlib';
import type { Head } from '../reply.ts';
import { abandon } from './abandon.ts';
import type { FaultName } from './catalogue.ts';
import type { AppliedFault, FaultBehaviour, Piece } from './fault-behaviour.ts';

const TICK = ' tick';

type Compressor = Gzip | Deflate | BrotliCompress;

/** Fast settings: a test waits for them. */
const COMPRESSORS: Readonly<Record<string, () => Compressor>> = {
  gzip: () => createGzip({ level: 1 }),
  deflate: () => createDeflate({ level: 1 }),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
};

function compressorOf(fault: AppliedFault): Compressor {
  const create = COMPRESSORS[fault.text('encoding')];
  if (create === undefined) throw new RangeError(`${fault.name}: encoding must be gzip, br or deflate.`);
  return create();
}

function encoded(head: Head, fault: AppliedFault): Head {
  return { ...head, headers: { ...head.headers, 'content-encoding': fault.text('encoding') } };
}

function flush(compressor: Compressor): Promise<void> {
  return new Promise((resolve) => compressor.flush(() => resolve()));
}

/** Each piece is flushed, so that a stream stays one. */
async function* compress(pieces: AsyncIterable<Piece>, compressor: Compressor): AsyncGenerator<Piece> {
  let parts: Buffer[] = [];
  // Taken as it comes: a compressor whose output nobody reads never says that it has flushed.
  compressor.on('data', (part: Buffer) => parts.push(part));
  const taken = (): Buffer => {
    const bytes = Buffer.concat(parts);
    parts = [];
    return bytes;
  };
  try {
    for await (const piece of pieces) {
      if (typeof piece === 'string') {
        yield piece;
        return;
      }
      compressor.write(piece);
      await flush(compressor);
      yield taken();
    }
    const ended = once(compressor, 'end');
    compressor.end();
    await ended;
    yield taken();
  } finally {
    compressor.destroy();
  }
}

/** Comment lines: no limit on the length of a line stops them. */
const BOMB_BLOCK = Buffer.from(`: ${'x'.repeat(60)}\n\n`.repeat(16 * 1024));

async function* bomb(source: AsyncIterable<Piece>, bytes: number): AsyncGenerator<Piece> {
  await abandon(source);
  for (let sent = 0; sent < bytes; sent += BOMB_BLOCK.length) yield BOMB_BLOCK;
}

/** Answers that are too large for whoever keeps them. */
export const SIZE_FAULTS: Readonly<
  Record<
    Extract<FaultName, 'many-events' | 'endless' | 'huge-event' | 'compressed' | 'decompression-bomb'>,
    FaultBehaviour
  >
> = {
  'many-events': {
    tokens: function* (_tokens, fault) {
      const events = fault.number('events');
      for (let index = 0; index < events; index += 1) yield TICK;
    },
  },
  endless: {
    tokens: function* (_tokens, _fault, signal) {
      while (!signal.aborted) yield TICK;
    },
  },
  'huge-event': {
    tokens: function* (tokens, fault) {
      yield* tokens;
      yield 'x'.repeat(fault.number('bytes'));
    },
  },
  compressed: { head: encoded, pieces: (pieces, fault) => compress(pieces, compressorOf(fault)) },
  'decompression-bomb': {
    head: encoded,
    pieces: (pieces, fault) => compress(bomb(pieces, fault.number('bytes')), compressorOf(fault)),
  },
};
