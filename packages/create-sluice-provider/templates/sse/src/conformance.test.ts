import { testProvider } from '@sluice/testkit';
import { createAcme } from './create-acme.ts';

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

// The kit plays the server itself, byte by byte, from these few lines.
testProvider({
  // key:begin
  create: ({ baseURL, credential }) => createAcme({ baseURL, apiKey: credential }),
  // key:end
  // no-key: create: ({ baseURL }) => createAcme({ baseURL }),
  upstream: {
    contentType: 'text/event-stream',
    text: (text) => event({ text }),
    error: (message) => event({ error: { message } }),
    end: ({ reason }) => event({ done: true, reason }),
    reasons: ['stop', 'length'],
  },
  declares: {
    noModelList: 'the models are a static list',
    noRawEvents: 'the decoder keeps no raw events',
    // no-key: noCredential: 'the service takes no key',
  },
});
