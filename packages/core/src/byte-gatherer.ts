import { Buffer } from 'node:buffer';

/** How many pieces are joined to one. */
const piecesToJoin = 1_024;

/**
 * Keeps bytes until they are wanted as a whole. Small pieces are joined as they come: a server that sends one byte at a time
 * would otherwise cost a hundred times the memory of its bytes.
 */
export class ByteGatherer {
  /** How many there are. */
  bytes = 0;
  #pieces: Uint8Array[] = [];
  /** How many of the last pieces were not joined yet. */
  #loose = 0;

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.bytes += piece.length;
    this.#loose += 1;
    if (this.#loose < piecesToJoin) return;
    this.#pieces.push(Buffer.concat(this.#pieces.splice(-piecesToJoin)));
    this.#loose = 0;
  }

  /** All of them; afterwards there are none. */
  take(): Buffer {
    const whole = Buffer.concat(this.#pieces);
    this.bytes = 0;
    this.#pieces = [];
    this.#loose = 0;
    return whole;
  }
}
