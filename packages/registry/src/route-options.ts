import type { ChatRequest } from '@sluice/core';

/**
 * Who may take a request: `true` takes it, `false` or a reason leaves the target out. Pure: it is asked again where the reason
 * is wanted, and also by `plan()`.
 */
export type Condition = (request: ChatRequest) => boolean | string;

/**
 * How a request is held against what targets can do. `strict`: only what they have of their own. `emulate`: also what they
 * emulate. `warn`: also without JSON answers and stop sequences, which are then left out with a `warning`; never without
 * tools, images, sound, files, system messages or earlier turns, for that would answer another question.
 */
export type CapabilityMode = 'strict' | 'emulate' | 'warn';

/** What happens when an answer fails after it has begun. `continue`: the next target goes on with the text. `restart`: it begins again. */
export type ResumeMode = 'continue' | 'restart';

/** A second attempt beside one that is slow to answer. */
export interface HedgeOptions {
  /** When it begins: after so many milliseconds without an answer, or at the 95th percentile of recent first-token times. */
  readonly afterMs: number | 'p95';
  /** Further attempts at the same time. There is no more than one. Default 1. */
  readonly max?: 1;
}

/** Options that a registry has for all requests and a route for its own. */
export interface RouteOptions {
  /** The most attempts that one request makes, over all targets. Default 3. */
  readonly maxAttempts?: number;
  /** Default `emulate`. */
  readonly capabilities?: CapabilityMode;
  /** Default: none. */
  readonly hedge?: HedgeOptions | false;
  /** Default: none; a failure after the answer has begun reaches the reader. */
  readonly resume?: ResumeMode | false;
  /** What follows when a target's content filter refuses: `fail` ends the call, `next` asks the next target. Default `fail`. */
  readonly onContentFilter?: 'fail' | 'next';
}

/** The same with every default filled in. */
export interface SettledOptions {
  readonly maxAttempts: number;
  readonly capabilities: CapabilityMode;
  readonly hedge: HedgeOptions | undefined;
  readonly resume: ResumeMode | undefined;
  readonly failOverContentFilter: boolean;
}

const defaultMaxAttempts = 3;

export function settledOptions(options: RouteOptions): SettledOptions {
  return {
    maxAttempts: options.maxAttempts ?? defaultMaxAttempts,
    capabilities: options.capabilities ?? 'emulate',
    hedge: options.hedge || undefined,
    resume: options.resume || undefined,
    failOverContentFilter: options.onContentFilter === 'next',
  };
}

const choices: { readonly [Key in 'capabilities' | 'resume' | 'onContentFilter']: readonly string[] } = {
  capabilities: ['strict', 'emulate', 'warn'],
  resume: ['continue', 'restart'],
  onContentFilter: ['fail', 'next'],
};

/** Throws a `TypeError` that begins with `prefix` and the name of the option. */
export function checkRouteOptions(options: RouteOptions, prefix: string): void {
  const { maxAttempts, hedge } = options;
  if (maxAttempts !== undefined && !(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1)) {
    throw new TypeError(`${prefix}maxAttempts must be a whole number from 1, got ${String(maxAttempts)}`);
  }
  for (const [name, allowed] of Object.entries(choices)) {
    const value = options[name as keyof typeof choices];
    if (value !== undefined && value !== false && !allowed.includes(value)) {
      throw new TypeError(`${prefix}${name} must be one of ${allowed.join(', ')}, got ${String(value)}`);
    }
  }
  if (hedge === undefined || hedge === false) return;
  const { afterMs } = hedge;
  if (afterMs !== 'p95' && !(typeof afterMs === 'number' && afterMs >= 0)) {
    throw new TypeError(`${prefix}hedge.afterMs must be milliseconds from 0, or 'p95'`);
  }
  if (hedge.max !== undefined && hedge.max !== 1) {
    throw new TypeError(`${prefix}hedge.max must be 1: there is no more than one hedge`);
  }
}
