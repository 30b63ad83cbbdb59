import fc from 'fast-check';

/** Where to cut some bytes: numbers of any size, taken modulo the length. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(), { maxLength: 12 });

/** Cuts bytes into pieces; a place that comes twice gives an empty piece. */
export function cutBytes(whole: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const at = places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b);
  return [...at, whole.length].map((to, index) => whole.subarray(at[index - 1] ?? 0, to));
}

/** Pieces of the same length, the last one shorter. */
export function evenPieces(whole: Uint8Array, length: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(whole.length / length) }, (_, index) =>
    whole.subarray(index * length, (index + 1) * length),
  );
}
