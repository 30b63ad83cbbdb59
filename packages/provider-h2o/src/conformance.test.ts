import type { FinishReason } from '@sluice/core';
import { createSandbox } from '@sluice/sandbox';
import { forwardTo, type Subject, testProvider, type UpstreamDescription } from '@sluice/testkit';
import { afterAll, describe, it } from 'vitest';
import { createH2o } from './create-h2o.ts';
import type { H2oEra } from './era.ts';
import { defaultModel } from './h2o-server.ts';

// The conversation around an answer is played by the sandbox; the answer itself is the kit's, byte by byte.
const models = [defaultModel, 'sandbox'];
const sandbox = await createSandbox({ services: { h2o: { models, welcomeModal: false, stopDelayMs: 0 } } });
afterAll(() => sandbox.close());

type Answer = Omit<UpstreamDescription, 'isAnswer' | 'steps' | 'models' | 'leftovers'>;

const event = (message: object): string => `data:${JSON.stringify(message)}\n\n`;
const update = (message: object): string => `${JSON.stringify(message)}\n`;
const tgiReasons: { readonly [Reason in FinishReason]?: string } = { stop: 'eos_token', length: 'length' };

/** Era A hands on the events of the model's server; all later ones have lines of their own. */
const tgi: Answer = {
  contentType: 'text/event-stream',
  text: (text) => event({ token: { id: 1, text, special: false }, generated_text: null }),
  error: (error) => event({ error, error_type: 'generation' }),
  end: ({ text, reason }) =>
    event({
      token: { id: 2, text: '</s>', special: true },
      generated_text: text,
      details: { finish_reason: tgiReasons[reason] },
    }),
  reasons: ['stop', 'length'],
};

const updates: Answer = {
  contentType: 'application/jsonl',
  text: (token) => update({ type: 'stream', token }),
  error: (message) => update({ type: 'status', status: 'error', message }),
  end: ({ text }) => update({ type: 'finalAnswer', text, interrupted: false }),
};

/** What later servers added: reasoning (D), keep-alives (E). */
const withReasoning: Answer = {
  ...updates,
  reasoning: (token) => update({ type: 'reasoning', subtype: 'stream', token }),
};
const withKeepAlives: Answer = {
  ...withReasoning,
  keepAlive: update({ type: 'status', status: 'keepAlive' }),
};

const answers: { readonly [Era in H2oEra]: Answer } = {
  a: tgi,
  b: updates,
  c: updates,
  d: withReasoning,
  e: withKeepAlives,
};

function subject(
  name: string,
  server: H2oEra,
  era: H2oEra | 'auto',
  declares: Subject['declares'] = {},
): Subject {
  return {
    name,
    create: ({ baseURL, credential }) => createH2o({ baseURL, era, cookie: credential }),
    upstream: {
      ...answers[server],
      isAnswer: ({ method, path }) => method === 'POST' && /^\/conversation\/[^/]+$/.test(path),
      steps: forwardTo(sandbox.urls.h2oByEra[server]),
      models: {
        ids: models,
        isRequest: ({ path }) => path.startsWith('/__data.json') || path.endsWith('/models'),
      },
      async leftovers() {
        await sandbox.waitForIdle();
        return sandbox.conversations.length;
      },
    },
    declares: {
      modelsKnownUpstream: 'which models there are, only the server knows; it refuses the others',
      ...declares,
    },
  };
}

for (const era of Object.keys(answers) as H2oEra[]) {
  testProvider(subject(`h2o, era ${era.toUpperCase()}`, era, era), { describe, it });
}
// The kit answers whatever is posted: a server that refuses the body of another era, and so tells its age, it is not.
testProvider(subject('h2o, a server of era E that was not named', 'e', 'auto'), { describe, it });
