import {
  type CallOptions,
  type Capabilities,
  ChatError,
  type ChatProvider,
  type ChatRequest,
  type ChatStream,
  fromText,
  type ModelInfo,
} from '@sluice/core';

export const capable: Capabilities = {
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
};

/** Targets one after the other, none of them twice: for tests of something else. */
export const inOrder = { strategy: 'ordered', retry: { maxWaitMs: 0 } } as const;

export const ask: ChatRequest = { messages: [{ role: 'user', content: 'What does a sluice do, please?' }] };

/** A provider without a wire, which tells how it was called. */
export interface FakeProvider extends ChatProvider {
  readonly calls: { readonly request: ChatRequest; readonly options: CallOptions }[];
  readonly closed: () => number;
}

/** What a fake says: a text, a failure, or what a function makes of the call. */
export type FakeAnswer =
  | string
  | Error
  | ((request: ChatRequest, options: CallOptions) => Promise<ChatStream>);

export function fakeProvider(
  id: string,
  answer: FakeAnswer = `${id} says so`,
  more: {
    readonly capabilities?: Partial<Capabilities>;
    readonly models?: readonly ModelInfo[] | Error;
  } = {},
): FakeProvider {
  const calls: FakeProvider['calls'] = [];
  let closed = 0;
  return {
    id,
    capabilities: { ...capable, ...more.capabilities },
    calls,
    closed: () => closed,
    async listModels() {
      if (more.models instanceof Error) throw more.models;
      return more.models ?? [];
    },
    async stream(request, options = {}) {
      calls.push({ request, options });
      if (typeof answer === 'function') return answer(request, options);
      if (answer instanceof Error) throw answer;
      return fromText(answer, {
        provider: id,
        call: options,
        ...(request.model === undefined ? {} : { model: request.model }),
      });
    },
    async close() {
      closed += 1;
    },
  };
}

/** The `ChatError` of a promise that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<ChatError> {
  try {
    await promise;
  } catch (error) {
    if (ChatError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a failure');
}
