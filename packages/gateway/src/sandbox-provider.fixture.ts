import {
  type ChatEvent,
  type ChatProvider,
  type ChatRequest,
  errorFromObject,
  SseDecoder,
  type Usage,
} from '@sluice/core';
import { defineHttpProvider, type EventDecoder } from '@sluice/core/http';

/** A provider with a wire, for tests: as much of the sandbox's OpenAI protocol as the gateway has words for. Real sockets, real failures. */
export function sandboxProvider(id: string, baseURL: string, defaultModel = 'sandbox'): ChatProvider {
  return defineHttpProvider({
    id,
    capabilities: {
      streaming: 'native',
      messageHistory: 'native',
      systemMessage: 'native',
      tools: 'native',
      vision: 'native',
      json: 'native',
      stop: 'native',
      seed: 'native',
      usage: 'native',
      reasoning: 'native',
      cancel: 'native',
      needsAuth: false,
      parameters: ['temperature', 'maxOutputTokens', 'reasoningEffort', 'user'],
    },
    models: { open: true, defaultModel },
    encode: (request) => ({
      method: 'POST',
      url: `${baseURL}/chat/completions`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(request)),
    }),
    decode: () => chunkDecoder(id),
    listModels: {
      encode: () => ({ method: 'GET', url: `${baseURL}/models` }),
      decode: (body: string) =>
        (JSON.parse(body) as { data: { id: string }[] }).data.map((model) => ({ id: model.id })),
    },
  });
}

function bodyOf(request: ChatRequest): object {
  const { model, messages, tools, toolChoice, responseFormat, maxOutputTokens } = request;
  return {
    model,
    messages: messages.map(({ role, content, toolCalls, toolCallId }) => ({
      role,
      content,
      ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
      ...(toolCalls === undefined
        ? {}
        : {
            tool_calls: toolCalls.map((call) => ({
              id: call.id,
              type: 'function',
              function: { name: call.name, arguments: call.arguments },
            })),
          }),
    })),
    stream: true,
    stream_options: { include_usage: true },
    ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
    ...(request.reasoningEffort === undefined ? {} : { reasoning_effort: request.reasoningEffort }),
    ...(tools === undefined ? {} : { tools: tools.map((tool) => ({ type: 'function', function: tool })) }),
    ...(toolChoice === undefined
      ? {}
      : {
          tool_choice:
            typeof toolChoice === 'string'
              ? toolChoice
              : { type: 'function', function: { name: toolChoice.name } },
        }),
    ...(responseFormat?.type === 'json'
      ? {
          response_format: {
            type: 'json_schema',
            json_schema: {
              name: responseFormat.name ?? 'r',
              schema: responseFormat.schema ?? { type: 'object' },
            },
          },
        }
      : {}),
  };
}

interface Chunk {
  readonly error?: unknown;
  readonly usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  readonly choices?: readonly {
    readonly delta: {
      readonly content?: string | null;
      readonly reasoning_content?: string | null;
      readonly tool_calls?: readonly {
        readonly index: number;
        readonly id?: string;
        readonly function?: { readonly name?: string; readonly arguments?: string };
      }[];
    };
    readonly finish_reason?: string | null;
  }[];
}

const reasons = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
} as const;

function chunkDecoder(provider: string): EventDecoder {
  let target: ChatEvent[] = [];
  let reason: string | undefined;
  let usage: Usage | undefined;
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  const sse = new SseDecoder(({ data }) => {
    if (data === '[DONE]') {
      for (const call of calls.values()) target.push({ type: 'tool-call', ...call });
      target.push({
        type: 'finish',
        reason: reasons[reason as keyof typeof reasons] ?? 'other',
        ...(usage === undefined ? {} : { usage }),
      });
      return;
    }
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) throw errorFromObject(chunk.error, { provider });
    if (chunk.usage) {
      usage = {
        inputTokens: chunk.usage.prompt_tokens,
        outputTokens: chunk.usage.completion_tokens,
        totalTokens: chunk.usage.total_tokens,
      };
    }
    const [choice] = chunk.choices ?? [];
    const { content, reasoning_content: reasoning, tool_calls: fragments = [] } = choice?.delta ?? {};
    if (reasoning) target.push({ type: 'reasoning-delta', text: reasoning });
    if (content) target.push({ type: 'text-delta', text: content });
    for (const { index, id, function: called } of fragments) {
      const call = calls.get(index) ?? { id: id ?? '', name: called?.name ?? '', arguments: '' };
      calls.set(index, call);
      call.arguments += called?.arguments ?? '';
      target.push({
        type: 'tool-call-delta',
        index,
        argumentsDelta: called?.arguments ?? '',
        ...(id === undefined ? {} : { id }),
        ...(called?.name === undefined ? {} : { name: called.name }),
      });
    }
    reason = choice?.finish_reason ?? reason;
  });
  return {
    push(bytes, into) {
      target = into;
      sse.push(bytes);
    },
    end(into) {
      target = into;
      sse.end();
    },
  };
}
