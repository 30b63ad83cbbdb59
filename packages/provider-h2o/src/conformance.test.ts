import type { FinishReason } from '@sluice/core';
import { createSandbox } from '@sluice/sandbox';
import { forwardTo, testProvider, type UpstreamDescription } from '@sluice/testkit';
import { afterAll, describe, it } from 'vitest';
import { createH2o } from './create-h2o.ts';
import { defaultModel } from './h2o-server.ts';

// The conversation around an answer is played by the sandbox; the answer itself is the kit's, byte by byte.
const models = [defaultModel, 'sandbox'];
const sandbox = await createSandbox({ services: { h2o: { models, welcomeModal: false, stopDelayMs: 0 } } });
afterAll(() => sandbox.close());

const event = (message: object): string => `data:${JSON.stringify(message)}\n\n`;
const update = (message: object): string => `${JSON.stringify(message)}\n`;
const tgiReasons: { readonly [Reason in FinishReason]?: string } = { stop: 'eos_token', length: 'length' };

function upstreamOf(era: 'a' | 'e', answer: Omit<UpstreamDescription, 'contentType'>): UpstreamDescription {
  return {
    contentType: era === 'a' ? 'text/event-stream' : 'application/jsonl',
    ...answer,
    isAnswer: ({ method, path }) => method === 'POST' && /^\/conversation\/[^/]+$/.test(path),
    steps: forwardTo(sandbox.urls.h2oByEra[era]),
    models: {
      ids: models,
      isRequest: ({ path }) => path.startsWith('/__data.json') || path.endsWith('/models'),
    },
    async leftovers() {
      await sandbox.waitForIdle();
      return sandbox.conversations.length;
    },
  };
}

const refusedThere = 'which models there are, only the server knows; it refuses the others';

testProvider(
  {
    name: 'h2o, era A',
    create: ({ baseURL }) => createH2o({ baseURL, era: 'a' }),
    upstream: upstreamOf('a', {
      text: (text) => event({ token: { id: 1, text, special: false }, generated_text: null }),
      error: (error) => event({ error, error_type: 'generation' }),
      end: ({ text, reason }) =>
        event({
          token: { id: 2, text: '</s>', special: true },
          generated_text: text,
          details: { finish_reason: tgiReasons[reason] },
        }),
      reasons: ['stop', 'length'],
    }),
    declares: {
      modelsKnownUpstream: refusedThere,
      noCredential: 'chat-ui knows no keys, only the cookie of a session',
    },
  },
  { describe, it },
);

testProvider(
  {
    name: 'h2o, era E',
    create: ({ baseURL, credential }) => createH2o({ baseURL, era: 'e', cookie: credential }),
    upstream: upstreamOf('e', {
      text: (token) => update({ type: 'stream', token }),
      reasoning: (token) => update({ type: 'reasoning', subtype: 'stream', token }),
      error: (message) => update({ type: 'status', status: 'error', message }),
      keepAlive: update({ type: 'status', status: 'keepAlive' }),
      end: ({ text }) => update({ type: 'finalAnswer', text, interrupted: false }),
    }),
    declares: {
      modelsKnownUpstream: refusedThere,
    },
  },
  { describe, it },
);
