import { once } from 'node:events';
import type { OutputStream } from './io.ts';

/** Writes to a stream as fast as its reader reads, and notices when the reader has left. */
export interface Writer {
  readonly isTerminal: boolean;
  /** Resolves when more may be written. After the reader has left it does nothing. */
  write(text: string): Promise<void>;
  /** Resolves when all that was written is out, or cannot be. */
  flush(): Promise<void>;
  /** Aborted once the reader has left (`| head -1`) or writing failed; the reason is the stream's error. */
  readonly gone: AbortSignal;
}

const writers = new WeakMap<OutputStream, Writer>();

/** The writer of a stream: always the same one, so that a stream gets one listener however often it is asked for. */
export function writerOf(stream: OutputStream): Writer {
  const known = writers.get(stream);
  if (known) return known;
  const leaving = new AbortController();
  stream.on('error', (error: Error) => leaving.abort(error));
  const writer: Writer = {
    isTerminal: stream.isTTY === true,
    gone: leaving.signal,
    async write(text) {
      if (text === '' || leaving.signal.aborted || stream.write(text)) return;
      // The wait ends either way; who left is told by `gone`.
      await once(stream, 'drain', { signal: leaving.signal }).catch(() => {});
    },
    flush() {
      // The stream tells the writer first and emits its error after.
      return new Promise((resolve) => stream.write('', () => setImmediate(resolve)));
    },
  };
  writers.set(stream, writer);
  return writer;
}

/** Why what was written is lost, if it is and its reader had not read enough: a full disk, for example. */
export function writeFailure(writer: Writer): Error | undefined {
  return writer.gone.aborted && !readerLeft(writer) ? (writer.gone.reason as Error) : undefined;
}

/** Whether writing stopped only because the reader had read enough. */
export function readerLeft({ gone }: Writer): boolean {
  return gone.aborted && (gone.reason as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';
}
