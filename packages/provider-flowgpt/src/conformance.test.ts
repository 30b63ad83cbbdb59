import { testProvider } from '@sluice/testkit';
import { describe, it } from 'vitest';
import { createFlowGpt } from './create-flowgpt.ts';

const line = (event: string, data: unknown): string => `${JSON.stringify({ event, data })}\n\n`;

testProvider(
  {
    create: ({ baseURL }) => createFlowGpt({ baseURL }),
    upstream: {
      contentType: 'application/json',
      framing: 'json-lines',
      begin: line('metadata', { id: 'm1' }),
      text: (text) => line('text', text),
      error: (message) => line('error', { message }),
      end: line('end', null),
    },
    declares: {
      noCredential: 'FlowGPT is anonymous',
      noModelList: 'FlowGPT cannot be asked for its models',
    },
  },
  { describe, it },
);
