import { testProvider } from '@sluice/testkit';
import { createAcme } from './create-acme.ts';

const line = (value: object): string => `${JSON.stringify(value)}\n`;

// The kit plays the server itself, byte by byte, from these few lines.
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
  },
  declares: {
    noModelList: 'the models are a static list',
    noRawEvents: 'the decoder keeps no raw lines',
    // no-key: noCredential: 'the service takes no key',
  },
});
