import type { Ranked, RankTarget, Strategy } from './rank.ts';

/**
 * Keeps what belongs together at one target, so that its prompt cache is worth something: rendezvous hashing (Thaler and
 * Ravishankar 1998) by the input's `key`. When a target goes, only its own keys move; when it comes back, they return. The
 * places after the first are the inner strategy's. Without a key the inner strategy decides alone.
 */
export function sticky(inner: Strategy): Strategy {
  return (input) => {
    const { key, targets } = input;
    if (key === undefined || targets.length === 0) return inner(input);
    let home = targets[0] as RankTarget;
    let best = Number.NEGATIVE_INFINITY;
    for (const target of targets) {
      if (target.weight <= 0) continue;
      // Weighted rendezvous: -w / ln(h) keeps the shares in proportion to the weights.
      const score = -target.weight / Math.log(hashToUnit(key, target.id));
      if (score > best) {
        best = score;
        home = target;
      }
    }
    const first: Ranked = { target: home, score: 0, terms: {}, reason: 'the home of this key' };
    const rest = inner(input).filter(({ target }) => target !== home);
    return [first, ...rest].slice(0, Math.max(input.places, 1));
  };
}

/** A number above 0 and below 1 from two texts: FNV-1a, then the finaliser of MurmurHash3 to spread its bits. */
export function hashToUnit(key: string, id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ 0x1f, 0x01000193);
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return ((hash >>> 0) + 0.5) / 2 ** 32;
}
