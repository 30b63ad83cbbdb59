import { testProvider, type UpstreamDescription } from '@sluice/testkit';
import { describe, it } from 'vitest';
import { createOpenAICompatible } from './create-openai-compatible.ts';

/** How servers differ in what they send; from their documentation and sources. */
interface Dialect {
  readonly roleContent: '' | null;
  /** In each delta but the first, which always has it. */
  readonly role?: 'assistant';
  readonly reasoningField: 'reasoning_content' | 'reasoning';
  readonly error: object;
  /** Beside the finish reason. */
  readonly finishChoice: object;
  /** Beside the choices of the chunk that finishes. */
  readonly finishChunk: object;
}

const openai: Dialect = {
  roleContent: '',
  reasoningField: 'reasoning_content',
  error: { type: 'server_error' },
  finishChoice: {},
  finishChunk: {},
};

const dialects: { readonly [name: string]: Dialect } = {
  'openai-compatible': openai,
  'openai-compatible, as vLLM speaks': {
    ...openai,
    error: { object: 'error', type: 'InternalServerError', param: null, code: 500 },
    finishChoice: { stop_reason: null },
  },
  'openai-compatible, as Ollama speaks': {
    ...openai,
    role: 'assistant',
    reasoningField: 'reasoning',
    error: { type: 'api_error', param: null, code: null },
  },
  'openai-compatible, as llama.cpp speaks': {
    ...openai,
    roleContent: null,
    error: { code: 500, type: 'server_error' },
    finishChunk: { timings: { prompt_n: 1, predicted_n: 4, predicted_per_second: 1000 } },
  },
};

const finishReasons = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  interrupted: 'stop',
  other: 'odd',
} as const;

function upstreamOf(dialect: Dialect): UpstreamDescription {
  const chunk = (delta: object, choice: object = {}, more: object = {}): string =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, ...choice }], ...more })}\n\n`;
  const role = dialect.role ? { role: dialect.role } : {};
  return {
    contentType: 'text/event-stream',
    begin: chunk({ role: 'assistant', content: dialect.roleContent }),
    text: (content) => chunk({ ...role, content }),
    reasoning: (reasoning) => chunk({ ...role, [dialect.reasoningField]: reasoning }),
    toolCall: ({ id, name, arguments: given }) =>
      chunk({
        ...role,
        tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: given } }],
      }),
    error: (message) => `data: ${JSON.stringify({ error: { message, ...dialect.error } })}\n\n`,
    end: ({ reason, usage }) =>
      chunk(role, { finish_reason: finishReasons[reason], ...dialect.finishChoice }, dialect.finishChunk) +
      (usage
        ? `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens } })}\n\n`
        : '') +
      'data: [DONE]\n\n',
    reasons: ['stop', 'length', 'content-filter', 'other'],
    whole: (content) => ({
      contentType: 'application/json',
      body: JSON.stringify({
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content },
            finish_reason: 'stop',
            ...dialect.finishChoice,
          },
        ],
        ...dialect.finishChunk,
      }),
    }),
    models: { ids: ['sandbox', 'sandbox-mini'], body: '{"data":[{"id":"sandbox"},{"id":"sandbox-mini"}]}' },
  };
}

for (const [name, dialect] of Object.entries(dialects)) {
  testProvider(
    {
      name,
      create: ({ baseURL, credential }) =>
        createOpenAICompatible({ baseURL: `${baseURL}/v1`, apiKey: credential, defaultModel: 'sandbox' }),
      upstream: upstreamOf(dialect),
      declares: { anyModel: 'which models there are, only the server knows' },
    },
    { describe, it },
  );
}
