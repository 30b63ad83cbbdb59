import type { AddressInfo } from 'node:net';
import { createGateway } from '@sluice/gateway';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createRegistry, type Registry } from '@sluice/registry';
import { testProvider } from '@sluice/testkit';
import { afterAll, describe, it } from 'vitest';
import { openaiUpstream } from './openai-upstream.fixture.ts';

const ownStatus =
  'the status is the gateway’s own: 400, 404, 429, 502, 503 or 504, as each failure is to be told to its callers';
const badGateway = 'to the gateway’s callers it is a 502 whatever a target did; what it was stands in words';
const inBand = 'an answer that has begun fails with an error event, which says in words what it was';

/** What cannot be seen through a door that has a wire, and callers, of its own. */
const impossible: { readonly [check: string]: string } = {
  ...allOf(ownStatus, [
    'status-408',
    'status-409',
    'status-413',
    'status-422',
    'status-500',
    'status-504',
    'status-529',
  ]),
  ...allOf(badGateway, [
    'status-401',
    'status-402',
    'status-403',
    'rejects-empty-answer',
    'rejects-empty-body',
    'rejects-cut-before-text',
    'rejects-page',
    'truncated-anywhere',
    'refused-connection',
    'reset-before-head',
    'not-http',
    'decompression-bomb',
  ]),
  ...allOf(inBand, [
    'failure-ends-it',
    'truncated-without-end',
    'truncated-by-reset',
    'truncated-by-length',
    'malformed',
    'one-fails-alone',
    'unended-line',
  ]),
  'connect-timeout':
    'its caller is connected to the gateway; how long that waits for a target, its configuration says',
  'models-refused': 'a registry lists what the others have, and keeps to itself who refused',
  'models-aborted':
    'the gateway asks for its models once for all who want them, and goes on when one of them leaves',
  'headers-sent': 'headers are for the gateway and end there: what its targets get, its configuration says',
  'proxy-per-call':
    'the proxy of a call leads to the gateway; which way that takes to its targets, its configuration says',
};

function allOf(reason: string, checks: readonly string[]): { readonly [check: string]: string } {
  return Object.fromEntries(checks.map((check) => [check, reason]));
}

function registryAt(baseURL: string, apiKey: string): Registry {
  return createRegistry({
    providers: [
      createOpenAICompatible({ id: 'behind', baseURL: `${baseURL}/v1`, apiKey, defaultModel: 'sandbox' }),
    ],
    strategy: 'ordered',
    // What is learnt from many failures, and waits between tries, are not what is looked at here.
    breaker: { failures: 1_000, inARow: 1_000 },
    retry: { baseMs: 1, maxMs: 2, maxWaitMs: 100 },
  });
}

const gateway = createGateway({ registry: registryAt('http://127.0.0.1:9', 'none'), closeRegistry: false });
await gateway.listen({ host: '127.0.0.1', port: 0 });
const url = `http://127.0.0.1:${(gateway.server.address() as AddressInfo).port}/v1`;
afterAll(() => gateway.close());

testProvider(
  {
    name: 'a gateway',
    create({ baseURL, credential }) {
      const registry = registryAt(baseURL, credential);
      gateway.sluice.reload({ registry });
      const client = createOpenAICompatible({ baseURL: url, defaultModel: 'behind' });
      return {
        ...client,
        // Client and gateway are one here: who closes it closes both.
        async close() {
          await client.close();
          await registry.close();
        },
      };
    },
    upstream: {
      ...openaiUpstream,
      // OpenAI's wire has no word for the others: the gateway writes `stop`.
      reasons: ['stop', 'length', 'content-filter'],
      models: { ...openaiUpstream.models, ids: ['behind:sandbox', 'behind:sandbox-mini'] },
    },
    declares: { impossible },
  },
  { describe, it },
);
