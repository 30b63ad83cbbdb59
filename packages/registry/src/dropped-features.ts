import type { ChatEvent, ChatRequest, RequestNeeds } from '@sluice/core';
import { leftOut } from './filters.ts';
import type { CapabilityMode } from './route-options.ts';
import type { Target } from './target.ts';

const none: readonly ChatEvent[] = [];

/** The fields that ask for a feature which can be left out. */
const fieldOf: { readonly [feature: string]: 'responseFormat' | 'stop' } = {
  json: 'responseFormat',
  stop: 'stop',
};

/** The request as a target is to see it: with its own name of the model, not with a route's; and without what is left out. */
export function requestFor(
  target: Target,
  request: ChatRequest,
  needs: RequestNeeds,
  mode: CapabilityMode,
): ChatRequest {
  const seen = named(request, target.model);
  const without = leftOut(target, needs, mode);
  if (without.length === 0) return seen;
  const fields: ReadonlySet<string> = new Set(without.map((feature) => fieldOf[feature] as string));
  return Object.fromEntries(
    Object.entries(seen).filter(([name]) => !fields.has(name)),
  ) as unknown as ChatRequest;
}

function named(request: ChatRequest, model: string | undefined): ChatRequest {
  if (model !== undefined) return { ...request, model };
  const { model: _requested, ...rest } = request;
  return rest;
}

/** One warning for each thing that the target is not asked for. */
export function leftOutWarnings(
  target: Target,
  needs: RequestNeeds,
  mode: CapabilityMode,
): readonly ChatEvent[] {
  const without = leftOut(target, needs, mode);
  if (without.length === 0) return none;
  return without.map((feature) => ({
    type: 'warning',
    code: 'unsupported-parameter',
    feature: fieldOf[feature] as string,
    message: `${target.id} has no ${feature}: ${fieldOf[feature]} was left out of the request`,
  }));
}
