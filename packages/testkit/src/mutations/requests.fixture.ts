import { ChatError, type Message, textOf } from '@sluice/core';
import { wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';
import { bodies, mapped, optionsTo } from './parts.fixture.ts';

/** Messages without their other parts. */
function textsOnly(messages: unknown): unknown {
  return (messages as readonly Message[]).map((message) => ({
    ...message,
    content: textOf(message.content),
  }));
}

/** Which models there are, what is sent, and whether what is declared is true. */
export const requestMutations: readonly Mutation[] = [
  {
    wrong: 'lists a model twice',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        listModels: async (options) => {
          const models = await provider.listModels(options);
          return [...models, ...models];
        },
      }),
    }),
    fails: ['models-listed', 'models-from-upstream'],
    says: /the number of different ids: expected 2, got 4/,
  },
  {
    wrong: 'answers with a list of its own where the upstream refuses one',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        listModels: (options) => provider.listModels(options).catch(() => [{ id: 'one' }]),
      }),
    }),
    fails: ['models-refused', 'models-aborted'],
    says: /a 401 for the list of models: expected auth, got a list/,
  },
  {
    wrong: 'takes any model',
    parts: () => ({ spec: (spec) => ({ ...spec, models: { ...spec.models, open: true } }) }),
    fails: ['unknown-model'],
    says: /a model that the provider does not have: expected model-not-found, got an answer/,
  },
  {
    wrong: 'mends wrong requests in silence',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream: async (request, options) => {
          const { max_tokens: _, ...known } = { max_tokens: 0, ...request };
          return provider.stream(known, options);
        },
      }),
    }),
    fails: ['refuses-wrong-requests'],
    says: /an unknown field: expected invalid-request, got an answer/,
  },
  {
    wrong: 'throws at once instead of rejecting',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream(request, options) {
          if (!Array.isArray(request?.messages)) throw new ChatError('invalid-request', 'no messages');
          return provider.stream(request, options);
        },
      }),
    }),
    fails: ['refuses-wrong-requests', 'rejects-not-throws'],
    says: /stream\(\) threw at once instead of rejecting: invalid-request/,
  },
  {
    wrong: 'writes into the request',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream: async (request, options) => {
          if (Array.isArray(request?.messages)) Object.assign(request, { user: request.user });
          return provider.stream(request, options);
        },
      }),
    }),
    fails: ['request-untouched'],
    says: /a frozen request: expected an answer, got TypeError/,
  },
  {
    wrong: 'does not send what is asked',
    parts: bodies((body) => ({ ...body, messages: [] })),
    fails: [
      'no-mixing',
      'one-fails-alone',
      'prompt-sent',
      'capability-systemMessage',
      'capability-messageHistory',
    ],
    says: /the text of answer \d+ of 100 at once/,
  },
  {
    wrong: 'drops the headers of a call',
    parts: () => ({ wrap: optionsTo(({ headers: _, ...options }) => options) }),
    fails: ['headers-sent'],
    says: /the header x-conformance upstream: expected "zq10", got nothing/,
  },
  {
    wrong: 'sends options that are meant for others',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        encode: (request, context) => ({ ...spec.encode(request, context), body: JSON.stringify(request) }),
      }),
    }),
    fails: ['foreign-options-kept-back'],
    says: /options for another provider were sent to this one/,
  },
  {
    wrong: 'says that it sends tools, and drops them',
    parts: bodies(({ tools: _, ...body }) => body),
    fails: ['capability-tools'],
    says: /capabilities\.tools is native, but what was asked for is nowhere in what was sent/,
  },
  {
    wrong: 'says that it sends images, audio and files, and drops them',
    parts: () => ({
      ...bodies((body) => ({ ...body, messages: textsOnly(body.messages) }))(),
      capabilities: { vision: 'native', audio: 'native', files: 'native' },
    }),
    fails: ['capability-vision', 'capability-audio', 'capability-files'],
    says: /capabilities\.vision is native, but what was asked for is nowhere in what was sent/,
  },
  {
    wrong: 'says that it does JSON, and refuses it',
    parts: () => ({
      wrap: (provider) => ({ ...provider, capabilities: { ...provider.capabilities, json: 'native' } }),
    }),
    fails: ['capability-json'],
    says: /capabilities\.json is native, and JSON answers are asked for: expected an answer, got unsupported/,
  },
  {
    wrong: 'says that it does no tools, and sends them all the same',
    parts: () => ({
      wrap: (provider) => ({ ...provider, capabilities: { ...provider.capabilities, tools: 'none' } }),
    }),
    fails: ['capability-tools'],
    says: /capabilities\.tools is none, and tools are asked for: expected unsupported, got an answer/,
  },
  {
    wrong: 'emulates in silence',
    parts: mapped((event) => (event.type === 'warning' && event.code === 'emulated' ? [] : [event])),
    fails: ['capability-systemMessage', 'capability-stop'],
    says: /capabilities\.systemMessage is emulated: a warning: expected true, got false/,
  },
  {
    wrong: 'does not stop where it says that it emulates that',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream: async (request, options) => {
          const { stop, ...rest } = request;
          const stream = await provider.stream(stop === undefined ? request : rest, options);
          return stop === undefined
            ? stream
            : wrapStream(stream, async function* (events) {
                yield { type: 'warning', code: 'emulated', feature: 'stop', message: 'trust me' };
                yield* events;
              });
        },
      }),
    }),
    fails: ['capability-stop'],
    says: /the text before an emulated stop sequence: expected "The gate ", got "The gate ZQSTOP is heavy\."/,
  },
  {
    wrong: 'drops a sampling field that it declares',
    parts: bodies(({ temperature: _, ...body }) => body),
    fails: ['capability-parameters'],
    says: /temperature is declared, but 0\.4321 is nowhere in what was sent/,
  },
  {
    wrong: 'drops sampling fields in silence',
    parts: mapped((event) =>
      event.type === 'warning' && event.code === 'unsupported-parameter' ? [] : [event],
    ),
    fails: ['capability-parameters'],
    says: /topP is not declared, and no warning says that it has no effect/,
  },
  {
    wrong: 'sends what is longer than it says that it takes',
    parts: () => ({
      capabilities: { maxInputChars: 1_000_000 },
      wrap: (provider) => ({ ...provider, capabilities: { ...provider.capabilities, maxInputChars: 1_000 } }),
    }),
    fails: ['capability-max-input'],
    says: /a request that is too long: expected context-length, got an answer/,
  },
  {
    wrong: 'drops the token counts',
    parts: mapped((event) =>
      event.type === 'finish' ? [{ type: 'finish', reason: event.reason }] : [event],
    ),
    fails: ['capability-usage'],
    says: /the token counts \(input, output\): expected \[17,23\], got \[null,null\]/,
  },
  {
    wrong: 'shows reasoning as text',
    parts: mapped((event) =>
      event.type === 'reasoning-delta' ? [{ type: 'text-delta', text: event.text }] : [event],
    ),
    fails: ['capability-reasoning'],
    says: /the text of an answer with reasoning: expected "So: heavy\.", got "Gates are iron\. So: heavy\."/,
  },
  {
    wrong: 'loses the arguments of a tool call',
    parts: mapped((event) => (event.type === 'tool-call' ? [{ ...event, arguments: '{}' }] : [event])),
    fails: ['capability-tool-calls'],
    says: /the tool calls of the answer: expected/,
  },
  {
    wrong: 'says stop whatever the reason was',
    parts: mapped((event) => (event.type === 'finish' ? [{ ...event, reason: 'stop' }] : [event])),
    fails: ['capability-tool-calls', 'finish-reasons'],
    says: /the finish reason: expected "tool-calls", got "stop"/,
  },
];
