import { Buffer } from 'node:buffer';

/** Keeps the bytes of a body that makes sense only as a whole. */
export class BodyGatherer {
  bytes = 0;
  readonly #chunks: Uint8Array[] = [];

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
