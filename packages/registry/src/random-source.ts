/** Random numbers that a plan can draw from without using them up. */
export interface RandomSource {
  /** The next number, from 0 to below 1. */
  readonly next: () => number;
  /** A generator that gives what `next` would give, and leaves it untouched. */
  peek(): () => number;
}

/**
 * Numbers from a seed: the same seed gives the same choices (mulberry32, 32 bits of state: plenty for choosing, nothing for
 * secrets).
 */
export function seededRandom(seed: number): RandomSource {
  const draw = generator(seed);
  return { next: draw.next, peek: () => generator(draw.state()).next };
}

/** A user's own generator. It cannot be looked ahead in, so a plan draws from a seed of its own that moves with the requests. */
export function foreignRandom(random: () => number): RandomSource {
  let drawn = 0;
  return {
    next: () => {
      drawn += 1;
      return random();
    },
    peek: () => generator(drawn).next,
  };
}

function generator(seed: number): { readonly next: () => number; readonly state: () => number } {
  let state = seed >>> 0;
  return {
    state: () => state,
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
