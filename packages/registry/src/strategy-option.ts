import { type BalancedOptions, balancedBy } from './strategies/balanced.ts';
import { type StrategyName, strategiesByName } from './strategies/by-name.ts';
import { type CanaryOptions, canary } from './strategies/canary.ts';
import type { Strategy } from './strategies/rank.ts';
import { sticky } from './strategies/sticky.ts';

/** How a configuration says in which order targets are tried: a name, a name with options, or a function of one's own. */
export type StrategyOption =
  | StrategyName
  | ({ readonly name: 'balanced' } & BalancedOptions)
  | { readonly name: Exclude<StrategyName, 'balanced'> }
  | Strategy;

/** A strategy with the name by which decisions call it. */
export interface NamedStrategy {
  readonly name: string;
  readonly rank: Strategy;
}

/** Throws a `TypeError` that begins with `path`. */
export function strategyOf(option: StrategyOption, path: string): NamedStrategy {
  if (typeof option === 'function')
    return { name: option.name === '' ? 'custom' : option.name, rank: option };
  const { name, ...options } = typeof option === 'string' ? { name: option } : option;
  if (typeof name !== 'string' || !Object.hasOwn(strategiesByName, name)) {
    throw new TypeError(
      `${path} must be one of ${Object.keys(strategiesByName).join(', ')}, { name, … }, or a function`,
    );
  }
  if (name === 'balanced' && Object.keys(options).length > 0) return { name, rank: balancedBy(options) };
  return { name, rank: strategiesByName[name] };
}

/** The strategy with what is put around it: first the share of a canary, within it the home of a key. */
export function decorated(
  { name, rank }: NamedStrategy,
  decorators: { readonly isSticky: boolean; readonly canary?: CanaryOptions | undefined },
): NamedStrategy {
  let all: NamedStrategy = { name, rank };
  if (decorators.isSticky) all = { name: `sticky ${all.name}`, rank: sticky(all.rank) };
  if (decorators.canary) all = { name: `canary ${all.name}`, rank: canary(all.rank, decorators.canary) };
  return all;
}
