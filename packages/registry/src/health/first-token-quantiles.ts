/** Bounds of the buckets grow by this factor: a quantile is at most so much too high. */
const growth = 1.2;

/** The upper bound of the first bucket, in milliseconds. */
const firstBoundMs = 10;

/** The last bucket begins at about three minutes. */
const buckets = 56;

/** Beyond this many all counts are halved: half of what a quantile is made of is newer than the last 1,000 answers. */
const mostAnswers = 1_000;

/** Fewer answers than this tell nothing about a 95th percentile. */
const fewestAnswers = 20;

/** How long first tokens took, as a histogram of bounded size: what `hedge: 'p95'` waits for. */
export interface FirstTokenQuantiles {
  observe(firstTokenMs: number): void;
  /**
   * A time within which this share (0 to 1) of the recent first tokens came, in milliseconds, at most 20 % too high; nothing
   * before 20 answers.
   */
  quantileMs(share: number): number | undefined;
}

/** Keeps 56 counts. Make one for a target (or a route) only where hedging asks for a quantile. */
export function createFirstTokenQuantiles(): FirstTokenQuantiles {
  const counts = new Uint16Array(buckets);
  let total = 0;

  return {
    observe(firstTokenMs) {
      const bucket = bucketOf(firstTokenMs);
      counts[bucket] = (counts[bucket] as number) + 1;
      total += 1;
      if (total <= mostAnswers) return;
      total = 0;
      for (const [index, count] of counts.entries()) {
        counts[index] = count >> 1;
        total += count >> 1;
      }
    },

    quantileMs(share) {
      if (total < fewestAnswers) return undefined;
      let left = share * total;
      for (const [index, count] of counts.entries()) {
        left -= count;
        if (left <= 0) return firstBoundMs * growth ** index;
      }
      return firstBoundMs * growth ** (buckets - 1);
    },
  };
}

function bucketOf(ms: number): number {
  if (!(ms > firstBoundMs)) return 0;
  return Math.min(buckets - 1, Math.ceil(Math.log(ms / firstBoundMs) / Math.log(growth)));
}
