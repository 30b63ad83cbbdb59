/**
 * Draws without replacement: a pool of the numbers 0 to n-1 that hands out one after the other. Filling it costs O(n) on
 * plain integers (a few microseconds for 10,000), each draw O(1).
 */
export class DrawPool {
  readonly #indices: Int32Array;
  #left: number;

  constructor(size: number) {
    this.#indices = new Int32Array(size);
    for (let index = 0; index < size; index += 1) this.#indices[index] = index;
    this.#left = size;
  }

  get left(): number {
    return this.#left;
  }

  /** The number at a position of what is left; stays in the pool. */
  at(position: number): number {
    return this.#indices[position] as number;
  }

  /** Takes the number at a position out. */
  take(position: number): number {
    const taken = this.#indices[position] as number;
    this.#left -= 1;
    this.#indices[position] = this.#indices[this.#left] as number;
    return taken;
  }
}

/** A whole number from 0 to below `below`. */
export function drawBelow(below: number, random: () => number): number {
  return Math.min(below - 1, Math.floor(random() * below));
}
