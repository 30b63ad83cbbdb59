import fc from 'fast-check';

/** Where to cut a text or some bytes: numbers of any size, taken modulo the length. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(), { maxLength: 12 });

/** Cuts bytes or a text into pieces; a place that comes twice gives an empty piece. */
export function cut<T extends Uint8Array | string>(whole: T, places: readonly number[]): T[] {
  const at = places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b);
  return [...at, whole.length].map((to, index) => whole.slice(at[index - 1] ?? 0, to) as T);
}
