import { Buffer } from 'node:buffer';
import { ByteGatherer } from './byte-gatherer.ts';
import { ChatError } from './chat-error.ts';

/** The longest line that is taken, in bytes, where a codec says nothing else: 4 MiB. */
export const defaultMaxLineBytes: number = 4 * 1024 * 1024;

const lf = 10;
const cr = 13;

/**
 * Bytes to lines. Any chunking gives the same lines: a line ends with LF, CR or CRLF (also split between chunks), a byte
 * order mark at the start is dropped, a character split over chunks stays whole, invalid UTF-8 becomes U+FFFD, and a last
 * line without its end is delivered by `end()`. Line ends are those of the WHATWG event stream grammar.
 *
 * A line is decoded once its end is seen, together with its neighbours of the same chunk: both cheaper and simpler than
 * decoding a stream, since the byte of a line end is never part of another character.
 *
 * Throws `invalid-response` for a line of more than `maxLineBytes`; the lines before it are delivered first.
 */
export class LineDecoder {
  readonly #onLine: (line: string) => void;
  readonly #maxLineBytes: number;
  /** The unfinished line. */
  readonly #rest: ByteGatherer = new ByteGatherer();
  #first = true;
  #skipLineFeed = false;

  constructor(onLine: (line: string) => void, maxLineBytes: number = defaultMaxLineBytes) {
    this.#onLine = onLine;
    this.#maxLineBytes = maxLineBytes;
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#skipLineFeed && bytes.length > 0) {
      this.#skipLineFeed = false;
      if (bytes[0] === lf) bytes = bytes.subarray(1);
    }
    const end = lastLineEnd(bytes);
    if (end < 0) {
      this.#keep(bytes);
      return;
    }
    // Most servers write whole lines. A part of the bytes is one more object for each token.
    const whole = end === bytes.length - 1;
    this.#skipLineFeed = whole && bytes[end] === cr;
    this.#lines(this.#take(whole ? bytes : bytes.subarray(0, end + 1)));
    if (!whole) this.#keep(bytes.subarray(end + 1));
  }

  /** Delivers a last line that has no end. */
  end(): void {
    if (this.#rest.bytes > 0) this.#deliver(this.#take(new Uint8Array(0)));
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#rest.add(bytes);
    if (this.#rest.bytes > this.#maxLineBytes) throw tooLong(this.#maxLineBytes);
  }

  /** The unfinished line and these bytes, in one piece. */
  #take(bytes: Uint8Array): Buffer {
    if (this.#rest.bytes === 0) {
      return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#rest.add(bytes);
    return this.#rest.take();
  }

  /** Bytes that end with a line end. */
  #lines(bytes: Buffer): void {
    // A line can only be too long if the whole piece is: the check costs nothing on ordinary chunks.
    if (bytes.length > this.#maxLineBytes || bytes.includes(cr)) {
      this.#linesOneByOne(bytes);
      return;
    }
    const text = this.#decode(bytes);
    let start = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', start)) {
      this.#onLine(text.slice(start, at));
      start = at + 1;
    }
  }

  #linesOneByOne(bytes: Buffer): void {
    let start = 0;
    while (start < bytes.length) {
      const at = firstLineEnd(bytes, start);
      this.#deliver(bytes.subarray(start, at));
      start = at + (bytes[at] === cr && bytes[at + 1] === lf ? 2 : 1);
    }
  }

  #deliver(line: Buffer): void {
    if (line.length > this.#maxLineBytes) throw tooLong(this.#maxLineBytes);
    this.#onLine(this.#decode(line));
  }

  #decode(bytes: Buffer): string {
    const text = bytes.toString('utf8');
    if (!this.#first) return text;
    this.#first = false;
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
}

function lastLineEnd(bytes: Uint8Array): number {
  if (bytes[bytes.length - 1] === lf) return bytes.length - 1;
  const lastLf = bytes.lastIndexOf(lf);
  // A carriage return counts only behind the last line feed; there it is rare, so the search is short.
  return Math.max(lastLf, bytes.lastIndexOf(cr));
}

function firstLineEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === lf || bytes[at] === cr) return at;
  }
  return bytes.length;
}

function tooLong(maxLineBytes: number): ChatError {
  return new ChatError('invalid-response', `a line of the answer is longer than ${maxLineBytes} bytes`, {
    sent: 'yes',
  });
}
