import type { CallOptions, ChatRequest } from '@sluice/core';
import type { ResolvedRequest } from '@sluice/core/http';
import { encodeMessages, type MessageStyle } from './encode-messages.ts';
import { encodeResponseFormat, type JsonObjectStyle } from './encode-response-format.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';

/** How a server wants requests written. */
export interface RequestStyle extends MessageStyle {
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  readonly jsonObject: JsonObjectStyle;
  readonly includeUsage: boolean;
}

/** One field of the wire that comes from our request or call options. */
export interface RequestField {
  /** Its name on the wire. */
  readonly name: string;
  /** What a caller sets instead of it; a field without this may also be given as an extra field. */
  readonly from?: keyof ChatRequest | `options.${keyof CallOptions}`;
  /** Its value; `undefined` leaves it out. */
  readonly value: (request: ResolvedRequest, style: RequestStyle, stream: boolean) => unknown;
}

/** Every field that a request is written with, in the order of OpenAI's reference. */
export const requestFields: readonly RequestField[] = [
  { name: 'messages', from: 'messages', value: ({ messages }, style) => encodeMessages(messages, style) },
  { name: 'model', from: 'model', value: ({ model }) => model },
  { name: 'frequency_penalty', from: 'frequencyPenalty', value: (request) => request.frequencyPenalty },
  { name: 'max_completion_tokens', from: 'maxOutputTokens', value: maxTokens('max_completion_tokens') },
  { name: 'max_tokens', from: 'maxOutputTokens', value: maxTokens('max_tokens') },
  { name: 'metadata', from: 'metadata', value: (request) => request.metadata },
  { name: 'presence_penalty', from: 'presencePenalty', value: (request) => request.presencePenalty },
  { name: 'reasoning_effort', from: 'reasoningEffort', value: (request) => request.reasoningEffort },
  {
    name: 'response_format',
    from: 'responseFormat',
    value: ({ responseFormat }, style) => encodeResponseFormat(responseFormat, style.jsonObject),
  },
  { name: 'seed', from: 'seed', value: (request) => request.seed },
  { name: 'stop', from: 'stop', value: (request) => request.stop },
  { name: 'stream', from: 'options.stream', value: (_request, _style, stream) => stream },
  {
    name: 'stream_options',
    value: (_request, { includeUsage }, stream) =>
      stream && includeUsage ? { include_usage: true } : undefined,
  },
  { name: 'temperature', from: 'temperature', value: (request) => request.temperature },
  {
    name: 'tool_choice',
    from: 'toolChoice',
    value: ({ toolChoice, tools }) => encodeToolChoice(toolChoice, tools),
  },
  { name: 'tools', from: 'tools', value: ({ tools }) => encodeTools(tools) },
  { name: 'top_k', from: 'topK', value: (request) => request.topK },
  { name: 'top_p', from: 'topP', value: (request) => request.topP },
  { name: 'user', from: 'user', value: (request) => request.user },
];

function maxTokens(field: RequestStyle['maxTokensField']): RequestField['value'] {
  return (request, style) => (style.maxTokensField === field ? request.maxOutputTokens : undefined);
}
