import { createReadStream } from 'node:fs';
import { ChatError, LineDecoder } from '@sluice/core';
import { CassetteAssembly } from './cassette-assembly.ts';
import type { CassetteHeader, NoteLine } from './cassette-format.ts';
import type { RecordedExchange } from './recorded-exchange.ts';

/** The largest cassette that is read where nothing else is said, in bytes. */
const defaultMaxBytes = 64 * 1024 * 1024;

/** A cassette in memory. */
export interface Cassette {
  readonly path: string;
  readonly header: CassetteHeader;
  /** In the order in which they were sent. */
  readonly exchanges: readonly RecordedExchange[];
  readonly notes: readonly NoteLine[];
}

/**
 * Reads a cassette and checks every line of it: it may come from anybody. Throws `invalid-request` that names the line for one
 * that is damaged, cut off, larger than `maxBytes` (default 64 MiB), or of a later version than this package knows.
 */
export async function readCassette(path: string, maxBytes: number = defaultMaxBytes): Promise<Cassette> {
  const assembly = new CassetteAssembly();
  let line = 0;
  let bytes = 0;
  let lastByte: number | undefined;
  const failed = (why: string, cause?: unknown): ChatError =>
    new ChatError('invalid-request', `the cassette ${path}, line ${Math.max(line, 1)}: ${why}`, { cause });
  const decoder = new LineDecoder((text) => {
    line += 1;
    assembly.add(text, line);
  }, maxBytes);
  try {
    for await (const chunk of createReadStream(path)) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw failed(`the file is larger than ${maxBytes} bytes; maxBytes allows more`);
      lastByte = (chunk as Buffer).at(-1) ?? lastByte;
      decoder.push(chunk as Buffer);
    }
    decoder.end();
    return { path, ...assembly.done() };
  } catch (error) {
    if (ChatError.is(error)) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (typeof code === 'string') {
      throw new ChatError('invalid-request', `the cassette ${path} cannot be read (${code})`, {
        cause: error,
      });
    }
    const isCut = lastByte !== undefined && lastByte !== 0x0a && error instanceof SyntaxError;
    throw failed(isCut ? 'it breaks off here; the file is not whole' : (error as Error).message);
  }
}
