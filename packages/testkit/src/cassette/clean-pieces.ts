/** A piece of a body as it came: bytes as latin1, and when. */
export interface Piece {
  readonly atMs: number;
  readonly latin1: string;
}

/** So few are cleaned one by one. More are halved first: most halves have no secret in them, and thousands of pieces take long. */
const fewPieces = 16;

/** How many other places are tried where a body cannot be cut in the middle. */
const tries = 64;

/**
 * Takes secrets out of a body that came in pieces. A secret may be spread over several: those are joined, at the time of the
 * last one; all others stay the pieces that they were.
 */
export function cleanPieces(pieces: readonly Piece[], clean: (latin1: string) => string): readonly Piece[] {
  const whole = joined(pieces);
  const wanted = clean(whole);
  if (wanted === whole) return pieces;
  if (pieces.length <= fewPieces) {
    const each = pieces.map(({ atMs, latin1 }) => ({ atMs, latin1: clean(latin1) }));
    if (joined(each) === wanted) return each;
  }
  const at = cutOf(pieces, clean, wanted);
  if (at === undefined) return [{ atMs: pieces.at(-1)?.atMs ?? 0, latin1: wanted }];
  return [...cleanPieces(pieces.slice(0, at), clean), ...cleanPieces(pieces.slice(at), clean)];
}

/** Where pieces can be parted with no secret across the cut: as near to the middle as may be. */
function cutOf(
  pieces: readonly Piece[],
  clean: (latin1: string) => string,
  wanted: string,
): number | undefined {
  const middle = pieces.length >> 1;
  for (let step = 0; step < tries; step += 1) {
    for (const at of step === 0 ? [middle] : [middle - step, middle + step]) {
      if (at <= 0 || at >= pieces.length) continue;
      if (clean(joined(pieces.slice(0, at))) + clean(joined(pieces.slice(at))) === wanted) return at;
    }
  }
  return undefined;
}

export function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ latin1 }) => latin1).join('');
}
