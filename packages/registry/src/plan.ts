import type { ChatErrorCode, ChatRequest, RouteCandidate, RouteDecision } from '@sluice/core';
import { distinct } from './candidates.ts';
import type { Refusal } from './filter.ts';
import { filters } from './filters.ts';
import { NoTargetError } from './no-target-error.ts';
import { type Ranked, strategies } from './rank.ts';
import type { Resolution } from './resolve.ts';
import type { Target } from './target.ts';

/** The most targets that a decision lists, so that its size does not grow with the number of providers. */
const longestList = 64;

/** What would be done: the targets in the order in which they are tried, and the explanation. */
export interface Plan {
  readonly targets: readonly Target[];
  readonly decision: RouteDecision;
  /** Why each target that was left out was left out. */
  readonly refusals: readonly Refusal[];
}

/** Filters and ranks what a name stands for. Pure: the same input gives the same plan. */
export function planFor(resolution: Resolution, request: ChatRequest): Plan {
  const judges = filters.map((filter) => filter(request));
  const eligible: Target[] = [];
  const refusals: Refusal[] = [];
  const refused: RouteCandidate[] = [];
  for (const target of distinct(resolution.targets)) {
    let refusal: Refusal | undefined;
    for (const judge of judges) {
      refusal = judge(target);
      if (refusal) break;
    }
    if (!refusal) {
      eligible.push(target);
      continue;
    }
    refusals.push(refusal);
    if (refused.length < longestList) refused.push(candidate(target, 'refused', refusal.reason));
  }
  const ranked = strategies[resolution.strategy](eligible);
  return {
    targets: ranked.map(({ target }) => target),
    refusals,
    decision: decisionOf(resolution, ranked, refused),
  };
}

/** The error for a plan without a target: what every refusal says, if all say the same. */
export function refusedByAll({ decision, refusals }: Plan): NoTargetError {
  const codes = new Set<ChatErrorCode>(refusals.map(({ code }) => code));
  const [only] = codes;
  const code = codes.size === 1 && only !== undefined ? only : 'no-target';
  const reasons = [...new Set(refusals.map(({ reason }) => reason))];
  return new NoTargetError(code, `no target can take this request: ${reasons.join('; ')}`, decision);
}

function decisionOf(
  { requested, strategy }: Resolution,
  ranked: readonly Ranked[],
  refused: readonly RouteCandidate[],
): RouteDecision {
  const listed = ranked.slice(0, longestList);
  return {
    requested,
    strategy,
    candidates: [
      ...listed.map(({ target, reason }) => candidate(target, 'eligible', reason)),
      ...refused.slice(0, longestList - listed.length),
    ],
    plan: listed.map(({ target }) => target.id),
    attempts: [],
  };
}

function candidate(target: Target, verdict: RouteCandidate['verdict'], reason: string): RouteCandidate {
  return {
    target: target.id,
    provider: target.member.id,
    ...(target.model === undefined ? {} : { model: target.model }),
    verdict,
    reason,
  };
}
