/**
 * Counts what happened in the last while, in a ring of buckets: memory is bounded, whatever happens. Amounts are whole numbers
 * or halves, so that sums stay exact.
 *
 * With `buckets` buckets of `bucketMs` it looks back at least `(buckets - 1) * bucketMs` and less than `buckets * bucketMs`.
 * Reading changes nothing. A clock that goes backwards does no harm: the window ends where it ended.
 */
export class SlidingCounter {
  readonly #bucketMs: number;
  readonly #ring: number[];
  /** Number of the newest bucket, counted from time 0. */
  #newest = 0;
  #sum = 0;

  constructor(bucketMs: number, buckets: number) {
    this.#bucketMs = bucketMs;
    this.#ring = new Array<number>(buckets).fill(0);
  }

  /** What was counted within the window that ends now. */
  total(nowMs: number): number {
    const passed = this.#bucketOf(nowMs) - this.#newest;
    if (passed <= 0 || this.#sum === 0) return this.#sum;
    const { length } = this.#ring;
    if (passed >= length) return 0;
    let sum = this.#sum;
    for (let step = 1; step <= passed; step += 1) sum -= this.#at(this.#newest + step);
    return sum;
  }

  /** Counts, and answers the bucket that it went to, for `takeBack`. What is older than the window is not counted. */
  add(atMs: number, amount: number): number {
    const bucket = this.#bucketOf(atMs);
    this.#advanceTo(bucket);
    // A clock that went back, or news of what happened a moment ago.
    if (bucket > this.#newest - this.#ring.length) this.#put(bucket, amount);
    return bucket;
  }

  /** Takes back what `add` counted into a bucket, as long as that is within the window. */
  takeBack(bucket: number, amount: number): void {
    if (bucket > this.#newest - this.#ring.length) this.#put(bucket, -amount);
  }

  /** The earliest time, from now on, at which the total is at most `most` if nothing is added. */
  belowAtMs(nowMs: number, most: number): number {
    let total = this.total(nowMs);
    if (total <= most) return nowMs;
    const { length } = this.#ring;
    const oldest = Math.max(0, Math.max(this.#bucketOf(nowMs), this.#newest) - length + 1);
    for (let bucket = oldest; bucket <= this.#newest; bucket += 1) {
      total -= this.#at(bucket);
      // The bucket leaves the window when the one that overwrites it begins.
      if (total <= most) return (bucket + length) * this.#bucketMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  #bucketOf(atMs: number): number {
    return Math.max(0, Math.floor(atMs / this.#bucketMs));
  }

  #at(bucket: number): number {
    return this.#ring[bucket % this.#ring.length] as number;
  }

  #put(bucket: number, amount: number): void {
    const index = bucket % this.#ring.length;
    this.#ring[index] = (this.#ring[index] as number) + amount;
    this.#sum += amount;
  }

  #advanceTo(bucket: number): void {
    const passed = bucket - this.#newest;
    if (passed <= 0) return;
    const { length } = this.#ring;
    if (passed >= length) {
      if (this.#sum !== 0) this.#ring.fill(0);
      this.#sum = 0;
    } else if (this.#sum !== 0) {
      for (let step = 1; step <= passed; step += 1) {
        const index = (this.#newest + step) % length;
        this.#sum -= this.#ring[index] as number;
        this.#ring[index] = 0;
      }
    }
    this.#newest = bucket;
  }
}
