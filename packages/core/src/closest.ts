import { distance } from 'fastest-levenshtein';

/**
 * The known name that is most likely meant by `name`, or nothing if none is near: within a third of its length in edits
 * (Levenshtein, letter case ignored; two letters in the wrong order are one), or starting with it.
 */
export function closest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    // So many edits it takes at least: a key of megabytes is not compared.
    if (Math.abs(wanted.length - candidate.length) >= bestDistance) continue;
    const lower = candidate.toLowerCase();
    const edits = isSwapped(wanted, lower) ? 1 : distance(wanted, lower);
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  if (best !== undefined || wanted.length < 3) return best;
  for (const candidate of known) if (candidate.toLowerCase().startsWith(wanted)) return candidate;
  return undefined;
}

/** Whether two neighbouring letters that changed places are all the difference: the commonest slip in a short name. */
function isSwapped(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return (
    at + 1 < one.length &&
    one[at] === other[at + 1] &&
    one[at + 1] === other[at] &&
    one.slice(at + 2) === other.slice(at + 2)
  );
}
