import type { RegistryConfig } from './registry.ts';

/** What a number may be; both ends belong to it. */
interface Bounds {
  readonly least: number;
  readonly most?: number;
}

type BoundsByName = { readonly [name: string]: Bounds };

const fromZero: Bounds = { least: 0 };
const fromOne: Bounds = { least: 1 };
const share: Bounds = { least: 0, most: 1 };
/** `0` and less switch a limit off. */
const anyNumber: Bounds = { least: Number.NEGATIVE_INFINITY };

const budget: BoundsByName = { ratio: fromZero, minPerSecond: fromZero, windowMs: fromOne };

/** The numbers of a configuration by the setting that they stand in. */
const groups: { readonly [path: string]: BoundsByName } = {
  retry: { baseMs: fromZero, maxMs: fromZero, maxWaitMs: fromZero },
  'retry.budget': budget,
  hedgeBudget: budget,
  queue: { maxWaiting: fromZero, maxWaitMs: fromZero },
  breaker: {
    failures: fromOne,
    share,
    windowMs: fromOne,
    inARow: fromOne,
    openMs: fromZero,
    maxOpenMs: fromZero,
    jitter: share,
    goodProbes: fromOne,
  },
  timeout: { connect: anyNumber, firstToken: anyNumber, idle: anyNumber, total: anyNumber },
};

/** Throws a `TypeError` that names the path for a setting with which routing would not work, or not as it says. */
export function checkSettings(config: RegistryConfig): void {
  const { id, seed, timeout } = config;
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.includes(':'))) {
    throw new TypeError(`id must be a text, not empty and without a colon, got ${JSON.stringify(id)}`);
  }
  if (!Array.isArray(config.providers)) throw new TypeError('providers must be a list');
  if (seed !== undefined) checkNumber(seed, anyNumber, 'seed');
  for (const [path, bounds] of Object.entries(groups)) {
    if (path === 'timeout' && typeof timeout === 'number') checkNumber(timeout, anyNumber, path);
    else checkGroup(at(config, path), bounds, path);
  }
}

function checkGroup(group: unknown, bounds: BoundsByName, path: string): void {
  if (group === undefined) return;
  if (typeof group !== 'object' || group === null) {
    throw new TypeError(`${path} must be an object with some of ${Object.keys(bounds).join(', ')}`);
  }
  for (const [name, bound] of Object.entries(bounds)) {
    const value = (group as { readonly [name: string]: unknown })[name];
    if (value !== undefined) checkNumber(value, bound, `${path}.${name}`);
  }
}

function checkNumber(value: unknown, { least, most }: Bounds, path: string): void {
  const isWithin = typeof value === 'number' && value >= least && value <= (most ?? Number.POSITIVE_INFINITY);
  if (isWithin) return;
  const from = least === Number.NEGATIVE_INFINITY ? '' : ` from ${least}`;
  const to = most === undefined ? '' : ` to ${most}`;
  throw new TypeError(`${path} must be a number${from}${to}, got ${String(value)}`);
}

function at(config: RegistryConfig, path: string): unknown {
  let value: unknown = config;
  for (const name of path.split('.'))
    value = (value as { readonly [name: string]: unknown } | undefined)?.[name];
  return value;
}
