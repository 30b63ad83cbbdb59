import { distance } from 'fastest-levenshtein';

/**
 * The known name that is most likely meant by `name`, or nothing if none is near: within a third of its length in edits
 * (Levenshtein, letter case ignored), or starting with it.
 */
export function closest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    // So many edits it takes at least: a key of megabytes is not compared.
    if (Math.abs(wanted.length - candidate.length) >= bestDistance) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  if (best !== undefined || wanted.length < 3) return best;
  for (const candidate of known) if (candidate.toLowerCase().startsWith(wanted)) return candidate;
  return undefined;
}
