import { type EraTraits, eras, type H2oEra, likeliestFirst } from './era.ts';

/**
 * Which eras a server may be of, the likeliest first. It starts with all of them (or the one that was configured), and each
 * thing that the server does takes some away.
 */
export type Candidates = readonly EraTraits[];

/** What is known of a server before anything was asked of it. */
export function allCandidates(era: H2oEra | 'auto'): Candidates {
  return era === 'auto' ? likeliestFirst.map((name) => eras[name]) : [eras[era]];
}

/**
 * The candidates that fit what was seen. A sight that fits none of them proves them wrong: then every era that fits it is a
 * candidate again.
 */
export function narrow(candidates: Candidates, fits: (traits: EraTraits) => boolean): Candidates {
  const left = candidates.filter(fits);
  return left.length > 0 ? left : allCandidates('auto').filter(fits);
}

/** What a provider has learnt about its server, for the next call. */
export interface EraMemory {
  /** What is known now. A configured era never changes. */
  readonly candidates: Candidates;
  /** Whether an answer has confirmed it: then a call need not ask again. */
  readonly confirmed: boolean;
  /** The configured era, if there is one: nothing is learnt then. */
  readonly fixed: boolean;
  /** The session's settings were sent and taken. */
  settingsTaken: boolean;
  /** An answer came: what it showed is remembered. */
  confirm(candidates: Candidates): void;
  /** It proved wrong: the next call learns anew. */
  forget(): void;
}

/** Makes a memory. It belongs to one provider, and so to one address. */
export function createEraMemory(era: H2oEra | 'auto'): EraMemory {
  const fixed = era !== 'auto';
  const atFirst = allCandidates(era);
  let candidates = atFirst;
  let confirmed = fixed;
  return {
    get candidates() {
      return candidates;
    },
    get confirmed() {
      return confirmed;
    },
    fixed,
    settingsTaken: false,
    confirm(seen) {
      if (fixed) return;
      candidates = seen;
      confirmed = true;
    },
    forget() {
      if (fixed) return;
      candidates = atFirst;
      confirmed = false;
    },
  };
}
