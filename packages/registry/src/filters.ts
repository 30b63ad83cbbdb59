import { capabilityFilter } from './capability-filter.ts';
import type { Filter } from './filter.ts';

/** Every filter, in order: a target's first refusal counts. */
export const filters: readonly Filter[] = [capabilityFilter];
