import type { Target } from './target.ts';

/** A target with its place, best first, and why it has it. */
export interface Ranked {
  readonly target: Target;
  readonly reason: string;
}

/** Brings eligible targets into the order in which they are tried. Pure and synchronous. */
export type Strategy = (targets: readonly Target[]) => readonly Ranked[];

/** `ordered`: as the targets stand. */
export type StrategyName = 'ordered';

/** The strategies by name. */
export const strategies: { readonly [Name in StrategyName]: Strategy } = {
  ordered: (targets) => targets.map((target) => ({ target, reason: 'tried in the order given' })),
};
