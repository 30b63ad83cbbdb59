/** How late tokens came, in milliseconds. */
export type Lags = number[];

/** The middle, the worst of a hundred, and the worst. */
export function summary(lags: Lags): { readonly p50: number; readonly p99: number; readonly most: number } {
  const sorted = Float64Array.from(lags).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), most: at(1) };
}
