import { Buffer } from 'node:buffer';
import { cleanPieces, joined, type Piece } from './clean-pieces.ts';
import type { BodySource, Redaction } from './redact-exchange.ts';

/** How much of an answer is kept before a part of it is written, in bytes: a secret is only found in what is there. */
const mostKeptBytes = 8 * 1024 * 1024;

/** How much stays behind then, in bytes: more than any secret has. */
const overlapBytes = 64 * 1024;

/** What came of one answer and was not written yet. Memory is bounded: a long answer is written in parts. */
export class BodyTape {
  readonly #redaction: Redaction;
  readonly #from: BodySource;
  readonly #write: (piece: Piece) => void;
  #pieces: Piece[] = [];
  #bytes = 0;

  constructor(redaction: Redaction, status: number, write: (piece: Piece) => void) {
    this.#redaction = redaction;
    this.#from = status >= 400 ? 'refusal' : 'answer';
    this.#write = write;
  }

  add(atMs: number, bytes: Uint8Array): void {
    const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    this.#pieces.push({ atMs, latin1 });
    this.#bytes += bytes.length;
    if (this.#bytes > mostKeptBytes) this.#flush(this.#partingPlace());
  }

  end(): void {
    this.#flush(this.#pieces.length);
  }

  #flush(count: number): void {
    const pieces = this.#pieces.splice(0, count);
    const masked = this.#redaction.masked(joined(pieces), this.#from);
    let at = 0;
    const spoken = pieces.map(({ atMs, latin1 }) => {
      at += latin1.length;
      return { atMs, latin1: masked.slice(at - latin1.length, at) };
    });
    const clean = (latin1: string): string => this.#redaction.bytes(latin1, this.#from);
    for (const piece of cleanPieces(spoken, clean)) this.#write(piece);
    this.#bytes = this.#pieces.reduce((sum, { latin1 }) => sum + latin1.length, 0);
  }

  /** Behind the last line that ends with a piece, and is old enough; else wherever it is old enough. */
  #partingPlace(): number {
    let behind = 0;
    let oldEnough = 0;
    for (let at = this.#pieces.length; at > 0; at -= 1) {
      const piece = this.#pieces[at - 1] as Piece;
      if (behind >= overlapBytes) {
        if (oldEnough === 0) oldEnough = at;
        if (piece.latin1.endsWith('\n')) return at;
      }
      behind += piece.latin1.length;
    }
    return Math.max(oldEnough, 1);
  }
}
