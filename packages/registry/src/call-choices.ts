import { ChatError, type ChatRequest } from '@sluice/core';
import type { ResumeMode } from './route-options.ts';

/**
 * What a caller can choose for one call, in `providerOptions` under the registry's id: that is where the contract puts what only
 * one provider knows, and a registry is one.
 */
export interface RegistryCallOptions {
  /** What happens when the answer breaks off after it has begun; `false`: the failure reaches the reader. Default: the route's. */
  readonly resume?: ResumeMode | false;
}

const none: RegistryCallOptions = {};

const resumeModes: ReadonlySet<unknown> = new Set(['continue', 'restart', false]);

/** Throws `invalid-request` for a key or a value that a registry does not know. */
export function callChoices(request: ChatRequest, registry: string): RegistryCallOptions {
  const own = request.providerOptions?.[registry];
  if (own === undefined) return none;
  for (const [key, value] of Object.entries(own)) {
    const path = `providerOptions.${registry}.${key}`;
    if (key !== 'resume')
      throw new ChatError('invalid-request', `${path} is not an option of a registry; it knows resume`);
    if (!resumeModes.has(value)) {
      throw new ChatError('invalid-request', `${path} must be 'continue', 'restart' or false`);
    }
  }
  return own;
}
