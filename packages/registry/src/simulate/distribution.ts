/**
 * How a quantity varies. Plain JSON, so that a scenario can be kept in a file.
 *
 * - a number: always that.
 * - `uniform`: anything from `from` to `to`.
 * - `exponential`: as the gaps between independent events.
 * - `lognormal`: as waiting times usually are: half below `median`, a long tail above. `sigma` is the spread: with 0.5 the 99th
 *   percentile is 3.2 times the median, with 1 it is 10 times.
 * - `bimodal`: `one`, or `other` with a chance of `share`: caches, cold starts.
 */
export type Distribution =
  | number
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  | {
      readonly kind: 'bimodal';
      readonly one: Distribution;
      readonly other: Distribution;
      /** The chance of `other`, 0 to 1. */
      readonly share: number;
    };

/** Draws from a distribution; never less than 0. */
export function draw(distribution: Distribution, random: () => number): number {
  if (typeof distribution === 'number') return distribution;
  switch (distribution.kind) {
    case 'uniform':
      return distribution.from + (distribution.to - distribution.from) * random();
    case 'exponential':
      return exponential(distribution.mean, random);
    case 'lognormal':
      return distribution.median * Math.exp(distribution.sigma * normal(random));
    case 'bimodal':
      return draw(random() < distribution.share ? distribution.other : distribution.one, random);
  }
}

/** A gap between independent events that come every `mean` on average. */
export function exponential(mean: number, random: () => number): number {
  return -mean * Math.log(1 - random());
}

/** A normally distributed number with mean 0 and variance 1 (Box and Muller 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Throws a `TypeError` that begins with `path`. */
export function checkDistribution(distribution: Distribution, path: string): void {
  if (typeof distribution === 'number') {
    checkFrom0(distribution, path);
    return;
  }
  const { kind } = distribution;
  if (!Object.hasOwn(parameters, kind)) {
    throw new TypeError(`${path} must be a number or one of ${Object.keys(parameters).join(', ')}`);
  }
  if (distribution.kind === 'bimodal') {
    checkDistribution(distribution.one, `${path}.one`);
    checkDistribution(distribution.other, `${path}.other`);
  }
  for (const name of parameters[kind]) {
    checkFrom0((distribution as unknown as { readonly [name: string]: unknown })[name], `${path}.${name}`);
  }
}

const parameters: { readonly [Kind in Exclude<Distribution, number>['kind']]: readonly string[] } = {
  uniform: ['from', 'to'],
  exponential: ['mean'],
  lognormal: ['median', 'sigma'],
  bimodal: ['share'],
};

function checkFrom0(value: unknown, path: string): void {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return;
  throw new TypeError(`${path} must be a finite number from 0, got ${String(value)}`);
}
