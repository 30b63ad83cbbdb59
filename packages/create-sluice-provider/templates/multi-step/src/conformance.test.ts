import { after } from 'node:test';
import { forwardTo, testProvider } from '@sluice/testkit';
import { startServer } from '../demo/server.ts';
import { createAcme } from './create-acme.ts';

// The steps around an answer are played by the server of the demo; the answer itself is the kit's, byte by byte.
const server = await startServer();
after(() => server.close());

const line = (value: object): string => `${JSON.stringify(value)}\n`;

testProvider({
  // key:begin
  create: ({ baseURL, credential }) => createAcme({ baseURL, apiKey: credential }),
  // key:end
  // no-key: create: ({ baseURL }) => createAcme({ baseURL }),
  upstream: {
    contentType: 'application/x-ndjson',
    text: (text) => line({ text }),
    error: (message) => line({ error: { message } }),
    end: ({ reason }) => line({ done: true, reason }),
    reasons: ['stop', 'length'],
    isAnswer: ({ method, path }) => method === 'POST' && path.endsWith('/messages'),
    steps: forwardTo(server.url),
    leftovers: () => server.conversations.size,
  },
  declares: {
    noModelList: 'the models are a static list',
    noRawEvents: 'the decoder keeps no raw lines',
    // no-key: noCredential: 'the service takes no key',
  },
});
