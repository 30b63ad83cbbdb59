import { Buffer, isUtf8 } from 'node:buffer';
import { createWriteStream, fchmodSync, fstatSync, type WriteStream } from 'node:fs';
import { ChatError } from '@sluice/core';
import type { CassetteBytes, CassetteHeader, CassetteLine } from './cassette-format.ts';

/** Writes the lines of a cassette, in order. */
export interface CassetteWriter {
  write(line: CassetteLine | CassetteHeader): void;
  /** Resolves when everything is on disk. Throws if something could not be written: what was asked meanwhile is not disturbed. */
  close(): Promise<void>;
}

/** Only its owner may read a cassette: prompts are in it. */
const ownerOnly = 0o600;

/** Creates the file. Throws `invalid-request` if it is there already (unless it may be replaced) or cannot be created. */
export async function createCassetteWriter(path: string, replace: boolean): Promise<CassetteWriter> {
  const stream = createWriteStream(path, { flags: replace ? 'w' : 'wx', mode: ownerOnly });
  try {
    const descriptor = await opened(stream);
    // A file that was there has the rights that it had. What is no file (/dev/stdout) keeps them.
    if (replace && fstatSync(descriptor).isFile()) fchmodSync(descriptor, ownerOnly);
  } catch (error) {
    stream.destroy();
    throw cannotWrite(path, error);
  }
  let failure: unknown;
  stream.on('error', (error) => {
    failure ??= error;
  });
  return {
    write(line) {
      if (!stream.writableEnded && failure === undefined) stream.write(`${JSON.stringify(line)}\n`);
    },
    async close() {
      if (failure === undefined) {
        await new Promise<void>((resolve) => {
          stream.once('close', resolve);
          stream.end();
        });
      }
      if (failure !== undefined) throw cannotWrite(path, failure);
    },
  };
}

/** Bytes as they stand in a line. */
export function asCassetteBytes(bytes: Uint8Array): CassetteBytes {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) ? { text: buffer.toString('utf8') } : { base64: buffer.toString('base64') };
}

function opened(stream: WriteStream): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.once('open', (descriptor: number) => {
      stream.off('error', reject);
      resolve(descriptor);
    });
    stream.once('error', reject);
  });
}

function cannotWrite(path: string, cause: unknown): ChatError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
  const hint = code === 'EEXIST' ? 'it exists already; name another file, or delete it' : code;
  return new ChatError('invalid-request', `the cassette ${path} cannot be written: ${hint}`, { cause });
}
