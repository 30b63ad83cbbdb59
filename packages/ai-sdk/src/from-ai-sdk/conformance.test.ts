import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { RequestParameter } from '@sluice/core';
import { testProvider } from '@sluice/testkit';
import { describe, it } from 'vitest';
import { fromLanguageModel } from './from-language-model.ts';

const chunk = (delta: object, more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, ...more }] })}\n\n`;

const finishReasons = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  interrupted: 'stop',
  other: 'odd',
} as const;

const sent: readonly RequestParameter[] = [
  'temperature',
  'topP',
  'maxOutputTokens',
  'presencePenalty',
  'frequencyPenalty',
  'reasoningEffort',
];

/** What no provider can do that has a model of the AI SDK below it, or only its author's package could. */
const impossible: { readonly [check: string]: string } = {
  'text-after-end': 'the model says that an answer has ended when its body has; what comes meanwhile is text',
  'error-body-bounded': 'the model reads the body of an error to its end before it reports the status',
  'connect-timeout': 'fetch does not tell when it is connected; timeout.firstToken holds instead',
  'abort-connecting': 'fetch lets a connection that is being opened go on, for the next call',
  'unended-line': 'the model gathers a line without a bound, and gives nothing of it meanwhile',
  'sockets-released': 'the sockets belong to fetch, which keeps idle ones for a while',
  'redirect-of-answer': 'fetch follows it, and takes along every header but authorization and cookie',
  'decompression-bomb': 'fetch unpacks whatever comes, and the model gathers a line without a bound',
  'proxy-per-call':
    'which way a model goes, its own fetch decides: a proxy for one call is refused as unsupported',
  'proxy-refused':
    'which way a model goes, its own fetch decides: a proxy for one call is refused as unsupported',
  'headers-sent': 'the AI SDK puts its own name behind a user-agent',
};

testProvider(
  {
    create: ({ baseURL, credential }) =>
      fromLanguageModel(
        createOpenAICompatible({
          name: 'upstream',
          baseURL: `${baseURL}/v1`,
          apiKey: credential,
          includeUsage: true,
          supportsStructuredOutputs: true,
        })('sandbox'),
        {
          credentials: [credential],
          // This package sends no topK.
          capabilities: { vision: 'native', parameters: sent },
        },
      ),
    upstream: {
      contentType: 'text/event-stream',
      begin: chunk({ role: 'assistant', content: '' }),
      text: (content) => chunk({ content }),
      reasoning: (reasoning_content) => chunk({ reasoning_content }),
      toolCall: ({ id, name, arguments: given }) =>
        chunk({ tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: given } }] }),
      error: (message) => `data: ${JSON.stringify({ error: { message, type: 'server_error' } })}\n\n`,
      end: ({ reason, usage }) =>
        chunk({}, { finish_reason: finishReasons[reason] }) +
        (usage
          ? `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens } })}\n\n`
          : '') +
        'data: [DONE]\n\n',
      reasons: ['stop', 'length', 'content-filter', 'other'],
      whole: (content) => ({
        contentType: 'application/json',
        body: JSON.stringify({
          choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        }),
      }),
    },
    declares: {
      noModelList: 'a model of the AI SDK is one model: there is nothing to ask',
      sharedTimers: 'fetch keeps clocks for its limits and for idle connections',
      impossible,
    },
  },
  { describe, it },
);
