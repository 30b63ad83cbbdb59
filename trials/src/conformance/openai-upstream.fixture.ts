import type { UpstreamDescription } from '@sluice/testkit';

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

/** A server of `/v1/chat/completions`, as the kit plays it behind a registry and behind a gateway. */
export const openaiUpstream: UpstreamDescription = {
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
  models: { ids: ['sandbox', 'sandbox-mini'], body: '{"data":[{"id":"sandbox"},{"id":"sandbox-mini"}]}' },
};
