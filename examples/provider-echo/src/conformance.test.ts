import { testProvider } from '@sluice/testkit';
import { describe, it } from 'vitest';
import { createEcho } from './index.ts';

testProvider(
  {
    create: ({ baseURL, credential }) => createEcho({ baseURL, apiKey: credential }),
    upstream: {
      contentType: 'application/x-ndjson',
      text: (word) => `${JSON.stringify({ word })}\n`,
      end: '{"done": true}\n',
    },
    declares: {
      noErrorEvents: 'an echo that has begun cannot report an error',
      noModelList: 'the voices are a static list',
      noRawEvents: 'the decoder keeps no raw lines',
    },
  },
  { describe, it },
);
