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

/** The greatest number that is below 1. */
const almostOne = 1 - Number.EPSILON / 2;

/**
 * A user's own generator. What a plan looks at is drawn from it and kept for `next`, as many numbers as the largest plan took. What
 * it must not give is brought into its bounds: a 1 counts as just below it, what is no number as 0.
 */
export function foreignRandom(random: () => number): RandomSource {
  let ahead: number[] = [];
  /** How many of `ahead` were given. */
  let given = 0;
  const draw = (): number => {
    const number = random();
    return number > 0 ? Math.min(number, almostOne) : 0;
  };
  return {
    next() {
      if (given === ahead.length) return draw();
      const number = ahead[given] as number;
      given += 1;
      return number;
    },
    peek() {
      ahead = ahead.slice(given);
      given = 0;
      let at = 0;
      return () => {
        if (at === ahead.length) ahead.push(draw());
        at += 1;
        return ahead[at - 1] as number;
      };
    },
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
