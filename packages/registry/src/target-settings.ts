import type { LimitsConfig } from './limits/target-limits.ts';

/** What a configuration says of a target's place among others. */
export interface TargetSettings {
  /** How much traffic it is to get compared with the others. Default 1; 0 takes it out of weighted choices. */
  readonly weight?: number;
  /** Its price per million tokens, in a unit of your own; for the strategies `cost` and `balanced`. */
  readonly cost?: number;
  /** How much it may be given. Default: as much as comes. */
  readonly limits?: LimitsConfig;
  /** `true`, or why: it gets no requests. */
  readonly disabled?: boolean | string;
}

/** Throws a `TypeError` that begins with `path`. */
export function checkTargetSettings({ weight, cost, limits, disabled }: TargetSettings, path: string): void {
  atLeast(weight, 0, `${path}.weight`);
  atLeast(cost, 0, `${path}.cost`);
  if (disabled !== undefined && typeof disabled !== 'boolean' && typeof disabled !== 'string') {
    throw new TypeError(`${path}.disabled must be true, false or a reason`);
  }
  for (const [name, value] of Object.entries(limits ?? {})) {
    atLeast(value, 1, `${path}.limits.${name}`);
  }
}

function atLeast(value: unknown, least: number, path: string): void {
  if (value === undefined) return;
  if (typeof value === 'number' && value >= least) return;
  throw new TypeError(`${path} must be a number from ${least}, got ${String(value)}`);
}
