import type { Capabilities, RequestParameter } from '@sluice/core';
import { type EraTraits, eras, type H2oEra } from './era.ts';

/** What holds in every era: the weakest of all. */
export const weakestCapabilities: Capabilities = {
  streaming: 'native',
  messageHistory: 'emulated',
  systemMessage: 'emulated',
  tools: 'none',
  vision: 'none',
  json: 'none',
  stop: 'emulated',
  seed: 'none',
  usage: 'none',
  reasoning: 'none',
  cancel: 'emulated',
  audio: 'none',
  files: 'none',
  needsAuth: false,
  parameters: [],
};

/** The request fields that become generation parameters where a server takes any. */
const parameters: readonly RequestParameter[] = ['temperature', 'topP', 'topK', 'maxOutputTokens'];

/**
 * What a server of this era can do. While the era is not configured, only what all of them can do is promised; what a server
 * turns out to do beyond it, it does.
 */
export function capabilitiesOf(era: H2oEra | 'auto'): Capabilities {
  return era === 'auto' ? weakestCapabilities : { ...weakestCapabilities, ...beyondWeakest(eras[era]) };
}

/**
 * What a request is held against: everything that some server may do. Whether this one does is known when it answers; the
 * decoder then reports what had no effect.
 */
export function negotiableCapabilities(era: H2oEra | 'auto'): Capabilities {
  return { ...capabilitiesOf(era), seed: 'native', parameters };
}

function beyondWeakest({ takesParameters, stop, showsReasoning }: EraTraits): Partial<Capabilities> {
  return {
    ...(takesParameters ? { seed: 'native', stop: 'native', parameters } : {}),
    ...(stop === 'nothing' ? {} : { cancel: 'native' }),
    ...(showsReasoning ? { reasoning: 'native' } : {}),
  };
}
