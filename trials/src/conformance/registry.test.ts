import type { ChatProvider } from '@sluice/core';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createRegistry, type RegistryConfig } from '@sluice/registry';
import { reply, type Subject, scriptedUpstream, testProvider } from '@sluice/testkit';
import { afterAll, describe, it } from 'vitest';
import { openaiUpstream } from './openai-upstream.fixture.ts';

/** A first target that has lost its model: of all failures the one that tells least, so that the other's is the headline. */
const emptied = await scriptedUpstream(
  reply(404, '{"error":{"message":"The model `sandbox` does not exist"}}', {
    'content-type': 'application/json',
  }),
);
afterAll(() => emptied.close());

function target(baseURL: string, apiKey: string, id = 'openai-compatible'): ChatProvider {
  return createOpenAICompatible({ id, baseURL: `${baseURL}/v1`, apiKey, defaultModel: 'sandbox' });
}

/**
 * What a registry learns from many failures, and how long it waits to try again, has tests of its own: here it is to say of each call
 * what became of it, and soon.
 */
const patient: Omit<RegistryConfig, 'providers'> = {
  strategy: 'ordered',
  breaker: { failures: 1_000, inARow: 1_000 },
  retry: { baseMs: 1, maxMs: 2, maxWaitMs: 100 },
};

const described: Pick<Subject, 'answeredBy' | 'declares'> = {
  answeredBy: ['openai-compatible', 'emptied'],
  declares: {
    impossible: {
      'models-refused': 'a registry lists what the others have; who refuses stands in listModelsByProvider()',
    },
  },
};

testProvider(
  {
    ...described,
    name: 'a registry with one target',
    create: ({ baseURL, credential }) =>
      createRegistry({ ...patient, providers: [target(baseURL, credential)] }),
    upstream: {
      ...openaiUpstream,
      models: {
        ...openaiUpstream.models,
        ids: ['openai-compatible:sandbox', 'openai-compatible:sandbox-mini'],
      },
    },
  },
  { describe, it },
);

testProvider(
  {
    ...described,
    name: 'a registry whose first target fails',
    create: ({ baseURL, credential }) =>
      createRegistry({
        ...patient,
        providers: [target(emptied.url, credential, 'emptied'), target(baseURL, credential)],
        default: ['emptied', 'openai-compatible'],
      }),
    upstream: {
      ...openaiUpstream,
      models: {
        ...openaiUpstream.models,
        ids: ['openai-compatible:sandbox', 'openai-compatible:sandbox-mini'],
      },
    },
  },
  { describe, it },
);
