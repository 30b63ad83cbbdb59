import {
  bounded,
  ChatError,
  type ChatErrorCode,
  type ChatRequest,
  type RequestNeeds,
  type RouteCandidate,
  type RouteDecision,
  requestNeeds,
} from '@sluice/core';
import { type Filter, type FilterContext, type Refusal, refusedBy } from './filters.ts';
import type { Cooldowns } from './health/cooldowns.ts';
import { estimateTokens } from './limits/target-limits.ts';
import { NoTargetError } from './no-target-error.ts';
import type { Resolution } from './resolve.ts';
import type { Ranked } from './strategies/rank.ts';
import type { Target } from './target.ts';

/** The most targets that a decision lists, so that its size does not grow with the number of providers. */
const longestList = 64;

/** The longest reason, in UTF-16 units: strategies and conditions may be a user's own. */
const longestReason = 400;

/**
 * The most targets that are ranked: each place costs a comparison and its words, and a request that has tried so many has long
 * run out of attempts. The others are listed as eligible.
 */
const mostPlaces = 16;

/** What a plan is made from, beside the request: the moment, and what would be drawn. */
export interface PlanInputs {
  readonly cooldowns: Cooldowns;
  readonly nowMs: number;
  readonly random: () => number;
}

/** What would be done: the targets in the order in which they are tried, and the explanation. */
export interface Plan {
  readonly resolution: Resolution;
  readonly targets: readonly Target[];
  /** Left out, each with the filter that did it. */
  readonly refused: readonly Refused[];
  readonly decision: RouteDecision;
  readonly context: FilterContext;
}

/** A target that was left out. */
export interface Refused {
  readonly target: Target;
  readonly filter: Filter;
}

/**
 * Filters and ranks what a name stands for. Pure: the same input gives the same plan. It looks at each target once and makes
 * nothing for those that it does not list.
 */
export function planFor(
  resolution: Resolution,
  request: ChatRequest,
  inputs: PlanInputs,
  needs: RequestNeeds = requestNeeds(request),
): Plan {
  const { route } = resolution;
  const context: FilterContext = {
    request,
    needs,
    mode: route.options.capabilities,
    conditions: route.conditions,
    cooldowns: inputs.cooldowns,
    tokens: estimateTokens(needs.inputChars, request.maxOutputTokens),
    nowMs: inputs.nowMs,
  };
  const eligible: Target[] = [];
  const refused: Refused[] = [];
  for (const target of route.targets) {
    const filter = refusedBy(target, context);
    if (filter === undefined) eligible.push(target);
    else refused.push({ target, filter });
  }
  const ranked = eligible.length === 0 ? [] : rank(resolution, eligible, context, inputs);
  return {
    resolution,
    targets: ranked.map(targetOf),
    refused,
    context,
    decision: decisionOf(resolution, ranked, eligible, refused, context),
  };
}

/** Ranks by the route's strategy. One of a user's own is not trusted to name only eligible targets, and each once at most. */
function rank(
  { route }: Resolution,
  targets: readonly Target[],
  { request, needs, nowMs }: FilterContext,
  { random }: PlanInputs,
): readonly Ranked[] {
  const ranked = ranking(route.strategy, () =>
    route.rank({
      targets,
      places: Math.min(targets.length, Math.max(mostPlaces, route.options.maxAttempts)),
      nowMs,
      random,
      sequence: route.sequence,
      key: route.keyOf?.(request),
      inputChars: needs.inputChars,
    }),
  );
  const seen = new Set<unknown>();
  const places: Ranked[] = [];
  for (const place of ranked) {
    if (places.length === longestList) break;
    const target = place?.target;
    if (seen.has(target) || !targets.includes(target as Target)) continue;
    seen.add(target);
    places.push(place as Ranked);
  }
  return places;
}

function ranking(strategy: string, rankAll: () => unknown): readonly (Ranked | null | undefined)[] {
  try {
    const ranked = rankAll();
    if (Array.isArray(ranked)) return ranked;
  } catch (cause) {
    throw new ChatError('internal', `the strategy ${strategy} failed; see the error's cause`, { cause });
  }
  throw new ChatError(
    'internal',
    `the strategy ${strategy} answered no list of places; it must rank at once`,
  );
}

/** What every refusal says at this moment, for the caller, if nothing else can be done. */
export function refusedByAll({ resolution, decision, context: then }: Plan, nowMs: number): NoTargetError {
  const context = { ...then, nowMs };
  const codes = new Set<ChatErrorCode>();
  const reasons = new Set<string>();
  let waitMs = Number.POSITIVE_INFINITY;
  for (const target of resolution.route.targets) {
    const refusal = refusedBy(target, context)?.describe(target, context) ?? leftOutByStrategy;
    codes.add(refusal.code);
    if (reasons.size < longestList) reasons.add(refusal.reason);
    waitMs = Math.min(waitMs, refusal.availableInMs ?? Number.POSITIVE_INFINITY);
  }
  const [only] = codes;
  const code = codes.size === 1 && only !== undefined ? only : 'no-target';
  return new NoTargetError(
    code,
    `no target can take this request: ${[...reasons].join('; ')}`,
    decision,
    waitMs === Number.POSITIVE_INFINITY ? undefined : Math.ceil(waitMs),
  );
}

function decisionOf(
  { requested, route }: Resolution,
  ranked: readonly Ranked[],
  eligible: readonly Target[],
  refused: readonly Refused[],
  context: FilterContext,
): RouteDecision {
  const candidates: RouteCandidate[] = ranked.map(place);
  if (ranked.length < eligible.length) {
    const ranking = new Set<unknown>(ranked.map(({ target }) => target));
    // A strategy that filled fewer places than it was given left the rest out.
    const isFull = ranked.length >= mostPlaces;
    for (const target of eligible) {
      if (candidates.length >= longestList) break;
      if (ranking.has(target)) continue;
      candidates.push(
        isFull
          ? candidate(target, 'eligible', furtherDown)
          : candidate(target, 'refused', leftOutByStrategy.reason),
      );
    }
  }
  for (const { target, filter } of refused) {
    if (candidates.length >= longestList) break;
    const { reason, availableInMs } = filter.describe(target, context);
    const left = candidate(target, 'refused', reason);
    candidates.push(
      availableInMs === undefined || !Number.isFinite(availableInMs)
        ? left
        : { ...left, availableInMs: Math.ceil(availableInMs) },
    );
  }
  return {
    requested,
    strategy: route.strategy,
    candidates,
    plan: ranked.map(idOf),
    attempts: [],
  };
}

const targetOf = ({ target }: Ranked): Target => target as Target;
const idOf = ({ target }: Ranked): string => target.id;

const furtherDown = `not among the first ${mostPlaces}`;
const leftOutByStrategy: Refusal = { code: 'no-target', reason: 'left out by the strategy' };

// Written out, without a spread for each field that may be missing: every call makes these for all that it lists.

function place({ target, score, terms = {}, reason: given }: Ranked): RouteCandidate {
  const { id, provider, model } = target as Target;
  const reason = typeof given === 'string' ? bounded(given, longestReason) : 'no reason given';
  const verdict = 'eligible';
  // JSON has no infinity.
  if (!Number.isFinite(score)) {
    return model === undefined
      ? { target: id, provider, verdict, reason, terms }
      : { target: id, provider, model, verdict, reason, terms };
  }
  return model === undefined
    ? { target: id, provider, verdict, reason, score, terms }
    : { target: id, provider, model, verdict, reason, score, terms };
}

function candidate(
  { id, provider, model }: Target,
  verdict: RouteCandidate['verdict'],
  given: string,
): RouteCandidate {
  const reason = bounded(given, longestReason);
  return model === undefined
    ? { target: id, provider, verdict, reason }
    : { target: id, provider, model, verdict, reason };
}
