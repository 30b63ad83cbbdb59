/** Bounds of the buckets grow by this factor: what is read from them is at most 1 % too high. */
const growth = 1.01;
const logGrowth = Math.log(growth);

/** What is less counts as this, in milliseconds. */
const leastMs = 0.1;

/** Enough to 12 days. */
const buckets = Math.ceil(Math.log(1e10) / logGrowth);

/** Where values lie. Plain JSON; times in milliseconds. */
export interface Percentiles {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/**
 * Counts times in buckets of equal ratio, as an HDR histogram does: 18 KB, however many there are, and every percentile within 1 %.
 */
export class Histogram {
  readonly #counts = new Float64Array(buckets);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  record(ms: number): void {
    const index = ms <= leastMs ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(ms / leastMs) / logGrowth));
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#count += 1;
    this.#sum += ms;
    if (ms > this.#max) this.#max = ms;
  }

  /** A time that this share (0 to 1) does not exceed; 0 if there is none. */
  quantile(share: number): number {
    let left = share * this.#count;
    if (this.#count === 0) return 0;
    for (let index = 0; index < buckets; index += 1) {
      left -= this.#counts[index] as number;
      if (left <= 0) return Math.min(this.#max, leastMs * growth ** index);
    }
    return this.#max;
  }

  percentiles(): Percentiles {
    return {
      count: this.#count,
      mean: rounded(this.#count === 0 ? 0 : this.#sum / this.#count),
      p50: rounded(this.quantile(0.5)),
      p90: rounded(this.quantile(0.9)),
      p99: rounded(this.quantile(0.99)),
      p999: rounded(this.quantile(0.999)),
      max: rounded(this.#max),
    };
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
