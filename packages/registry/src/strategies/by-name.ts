import { balanced } from './balanced.ts';
import { cost } from './cost.ts';
import { latency } from './latency.ts';
import { leastBusy } from './least-busy.ts';
import { ordered } from './ordered.ts';
import type { Strategy } from './rank.ts';
import { roundRobin } from './round-robin.ts';
import { weighted } from './weighted.ts';

/** The strategies that a configuration can name. */
export type StrategyName =
  | 'ordered'
  | 'weighted'
  | 'round-robin'
  | 'least-busy'
  | 'latency'
  | 'cost'
  | 'balanced';

export const strategiesByName: { readonly [Name in StrategyName]: Strategy } = {
  ordered,
  weighted,
  'round-robin': roundRobin,
  'least-busy': leastBusy,
  latency,
  cost,
  balanced,
};
