import type { Ranked, Strategy } from '../strategies/rank.ts';

/**
 * Ranks the fallbacks of a route after all its other targets, in their own order. They are left to themselves when no other
 * target is eligible.
 *
 * @param isFallback by the target's id
 */
export function fallbackStrategy(
  inner: Strategy,
  name: string,
  isFallback: (id: string) => boolean,
): Strategy {
  const strategy: Strategy = (input) => {
    const fallbacks = input.targets.filter(({ id }) => isFallback(id));
    const others = input.targets.filter(({ id }) => !isFallback(id));
    const ranked = others.length === 0 ? [] : inner({ ...input, targets: others });
    const places = Math.max(0, input.places - ranked.length);
    const last = fallbacks.slice(0, places).map(
      (target, place): Ranked => ({
        target,
        score: Number.POSITIVE_INFINITY,
        terms: { place },
        reason: others.length === 0 ? 'fallback: no other target is left' : 'fallback: after all others',
      }),
    );
    return [...ranked, ...last];
  };
  // Decisions call a strategy by its function's name.
  return Object.defineProperty(strategy, 'name', { value: `${name}, then fallback` });
}
