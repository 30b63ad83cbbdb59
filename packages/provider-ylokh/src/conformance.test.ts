import { testProvider } from '@sluice/testkit';
import { describe, it } from 'vitest';
import { createYlokh } from './create-ylokh.ts';

const chunk = (choice: object): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;

testProvider(
  {
    create: ({ baseURL, credential }) => createYlokh({ baseURL: `${baseURL}/v1`, apiKey: credential }),
    upstream: {
      contentType: 'text/event-stream',
      begin: chunk({ delta: { role: 'assistant' } }),
      text: (content) => chunk({ delta: { content } }),
      toolCall: ({ id, name, arguments: given }) =>
        chunk({ delta: { tool_calls: [{ index: 0, id, function: { name, arguments: given } }] } }),
      error: (message) => `data: ${JSON.stringify({ error: { message } })}\n\n`,
      end: ({ reason }) =>
        `${chunk({ delta: {}, finish_reason: reason === 'tool-calls' ? 'tool_calls' : reason })}data: [DONE]\n\n`,
      reasons: ['stop', 'length'],
    },
    declares: {
      noModelList: 'the list of Ylokh is static: its server is closed',
      anyModel: 'its server takes any model and falls back on another (allow_fallback)',
    },
  },
  { describe, it },
);
