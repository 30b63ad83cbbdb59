import { ChatError, type ChatRequest, negotiate } from '@sluice/core';
import type { Filter, Refusal } from './filter.ts';
import type { Member } from './registration.ts';

/** Leaves out providers that say themselves that they cannot do what the request asks, or cannot take so much text. */
export const capabilityFilter: Filter = (request) => {
  // A provider's word holds for all of its models: it is asked once a request.
  const verdicts = new Map<Member, Refusal | undefined>();
  return ({ member }) => {
    if (!verdicts.has(member)) verdicts.set(member, judge(member, request));
    return verdicts.get(member);
  };
};

function judge({ id, provider }: Member, request: ChatRequest): Refusal | undefined {
  try {
    negotiate(request, provider.capabilities, id);
    return undefined;
  } catch (error) {
    if (ChatError.is(error)) return { code: error.code, reason: error.message };
    throw error;
  }
}
