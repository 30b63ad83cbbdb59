import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ChatError } from '../chat-error.ts';

/** From this many bytes on, a body that grew more than `mostGrowth` times is taken for a bomb. */
const harmlessBytes = 8 * 1024 * 1024;
const mostGrowth = 200;

/** A decompressor that tells how many compressed bytes it has used up, as those of node:zlib do. */
type Inflating = Transform & { readonly bytesWritten: number };

type Read = () => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** Sync flush lets a cut body deliver what it has; that it was cut is for the protocol to notice. */
const zlibOptions = { finishFlush: constants.Z_SYNC_FLUSH };

const decoders: { readonly [encoding: string]: () => Inflating } = {
  gzip: () => createGunzip(zlibOptions),
  'x-gzip': () => createGunzip(zlibOptions),
  deflate: () => createInflate(zlibOptions),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/**
 * Reads decompressed bytes from compressed ones, as they come, with back-pressure. Throws `invalid-response` for an encoding
 * that was not offered, for broken data, and for a decompression bomb.
 */
export function decompress(encoding: string, read: Read, onFailure: () => void): Read {
  const create = decoders[encoding.trim().toLowerCase()];
  if (!create) {
    onFailure();
    throw new ChatError(
      'invalid-response',
      `the answer is encoded as ${JSON.stringify(encoding.slice(0, 40))}, which was not offered`,
      {
        sent: 'yes',
      },
    );
  }
  const transform = create();
  let madeBytes = 0;
  const output = (async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    const feeding = feed();
    feeding.catch(() => {});
    for await (const chunk of transform) {
      madeBytes += (chunk as Uint8Array).length;
      if (madeBytes > harmlessBytes && madeBytes > transform.bytesWritten * mostGrowth) {
        throw new ChatError(
          'invalid-response',
          `the answer grew more than ${mostGrowth} times when decompressed`,
          {
            sent: 'yes',
          },
        );
      }
      yield chunk as Uint8Array;
    }
    await feeding;
  })();

  async function feed(): Promise<void> {
    try {
      for (let chunk = await read(); chunk; chunk = await read()) {
        if (!transform.write(chunk)) await drained(transform);
        if (transform.destroyed) return;
      }
      transform.end();
    } catch (error) {
      transform.destroy(error as Error);
    }
  }

  return async () => {
    try {
      const step = await output.next();
      return step.done ? undefined : step.value;
    } catch (error) {
      onFailure();
      transform.destroy();
      if (ChatError.is(error)) throw error;
      throw new ChatError('invalid-response', `the answer is not valid ${encoding}`, {
        sent: 'yes',
        cause: error,
      });
    }
  };
}

/** Resolves when the stream takes more, or is gone. A long body waits often: each wait takes its listeners off again. */
function drained(stream: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
