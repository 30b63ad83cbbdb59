import type { Ranked, RankTarget, Strategy } from './rank.ts';
import { hashToUnit } from './sticky.ts';

/** Which target is on trial, and with how much of the traffic. */
export interface CanaryOptions {
  /** Its id, `provider:model`. */
  readonly target: string;
  /** Share of the requests that try it first, 0 to 1. */
  readonly share: number;
}

/**
 * Sends a share of the traffic to a target on trial; the others never begin with it, though it stays their last resort. With
 * a key the choice is the key's, so that one user always sees the same side; without one it is drawn.
 */
export function canary(inner: Strategy, options: CanaryOptions): Strategy {
  return (input) => {
    const trial = input.targets.find(({ id }) => id === options.target);
    if (!trial) return inner(input);
    const others = input.targets.filter((target) => target !== trial);
    const draw = input.key === undefined ? input.random() : hashToUnit(input.key, `canary ${options.target}`);
    const rest = others.length === 0 ? [] : inner({ ...input, targets: others });
    const onTrial = draw < options.share;
    const place = ranked(trial, options.share, onTrial);
    return onTrial
      ? [place, ...rest].slice(0, Math.max(input.places, 1))
      : [...rest, place].slice(0, input.places);
  };
}

function ranked(target: RankTarget, share: number, first: boolean): Ranked {
  const percent = Math.round(share * 1000) / 10;
  const reason = first ? `on trial with ${percent} % of the requests` : 'on trial: last resort of the others';
  return { target, score: first ? 0 : Number.POSITIVE_INFINITY, terms: { share }, reason };
}
