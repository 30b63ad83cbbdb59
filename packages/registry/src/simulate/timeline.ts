/** What happened in one stretch of the time. */
export interface TimelineSlice {
  readonly fromMs: number;
  /** Requests that came in. */
  readonly requests: number;
  /** Requests that ended well. */
  readonly succeeded: number;
  /** Requests that ended in an error. */
  readonly failed: number;
  /** Upstream calls by target, in the order of the targets. */
  readonly calls: readonly number[];
}

type Slice = { requests: number; succeeded: number; failed: number; readonly calls: number[] };

/**
 * Counts by time, in slices of equal width. How long a run takes is not known before its end: when there are too many slices, each
 * two become one, so that their number is bounded.
 */
export class Timeline {
  readonly #targets: number;
  readonly #most: number;
  #widthMs: number;
  #slices: Slice[] = [];

  constructor(targets: number, widthMs: number, most = 600) {
    this.#targets = targets;
    this.#widthMs = widthMs;
    this.#most = most;
  }

  get widthMs(): number {
    return this.#widthMs;
  }

  requested(atMs: number): void {
    this.#at(atMs).requests += 1;
  }

  ended(atMs: number, well: boolean): void {
    this.#at(atMs)[well ? 'succeeded' : 'failed'] += 1;
  }

  called(atMs: number, target: number): void {
    const { calls } = this.#at(atMs);
    calls[target] = (calls[target] as number) + 1;
  }

  slices(): TimelineSlice[] {
    return this.#slices.map((slice, index) => ({ fromMs: index * this.#widthMs, ...slice }));
  }

  #at(atMs: number): Slice {
    let index = Math.floor(atMs / this.#widthMs);
    while (index >= this.#most) {
      this.#halve();
      index = Math.floor(atMs / this.#widthMs);
    }
    while (this.#slices.length <= index) this.#slices.push(this.#empty());
    return this.#slices[index] as Slice;
  }

  #halve(): void {
    this.#widthMs *= 2;
    const halved: Slice[] = [];
    for (let index = 0; index < this.#slices.length; index += 2) {
      halved.push(sum(this.#slices[index] as Slice, this.#slices[index + 1] ?? this.#empty()));
    }
    this.#slices = halved;
  }

  #empty(): Slice {
    return { requests: 0, succeeded: 0, failed: 0, calls: new Array<number>(this.#targets).fill(0) };
  }
}

function sum(one: Slice, other: Slice): Slice {
  return {
    requests: one.requests + other.requests,
    succeeded: one.succeeded + other.succeeded,
    failed: one.failed + other.failed,
    calls: one.calls.map((calls, target) => calls + (other.calls[target] as number)),
  };
}
