import { Buffer } from 'node:buffer';
import { ChatError, type ChatEvent, type ChatStream, type Message, textOf } from '@sluice/core';
import { sayings } from '../bench.ts';
import { referenceDecoder } from '../reference-provider.fixture.ts';
import { changeEvents, changeStreams, wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';
import { decoding, optionsTo } from './streams.fixture.ts';

/** Events one by one. */
function mapped(change: (event: ChatEvent) => readonly ChatEvent[]): Mutation['parts'] {
  return () => ({
    wrap: changeEvents(async function* (events) {
      for await (const event of events) yield* change(event);
    }),
  });
}

/** Requests as they are encoded. */
function bodies(change: (body: { [field: string]: unknown }) => object): Mutation['parts'] {
  return () => ({
    spec: (spec) => ({
      ...spec,
      encode: (request, context) => {
        const encoded = spec.encode(request, context);
        const body = JSON.parse(String(encoded.body)) as { [field: string]: unknown };
        return { ...encoded, body: JSON.stringify(change(body)) };
      },
    }),
  });
}

/** Messages without their other parts. */
function textsOnly(messages: unknown): unknown {
  return (messages as readonly Message[]).map((message) => ({
    ...message,
    content: textOf(message.content),
  }));
}

/** What is understood of the bytes, what is sent, and what is shown to whom. */
export const answerMutations: readonly Mutation[] = [
  {
    wrong: 'mixes two streams: what is unfinished of one goes on in the other',
    parts: () => {
      let unfinished = Buffer.alloc(0);
      return {
        spec: (spec) => ({
          ...spec,
          decode: (head, request, context) => {
            const decoder = spec.decode(head, request, context);
            return {
              push(chunk, into) {
                // Long lines have a check of their own.
                if (chunk.length > 4_096) {
                  decoder.push(chunk, into);
                  return;
                }
                const all = Buffer.concat([unfinished, chunk]);
                const end = all.lastIndexOf('\n\n') + 2;
                unfinished = all.subarray(Math.max(end, 0));
                decoder.push(all.subarray(0, Math.max(end, 0)), into);
              },
              end: decoder.end,
            };
          },
        }),
      };
    },
    fails: ['rejects-page', 'no-mixing', 'line-ends', 'no-last-line-end'],
    says: /a 200 with a web page/,
  },
  {
    wrong: 'cancels all calls with one',
    parts: () => {
      const all: ChatStream[] = [];
      return {
        wrap: changeStreams((stream) => {
          all.push(stream);
          return wrapStream(stream, (events) => events, {
            cancel: async () => {
              await Promise.all(all.map((each) => each.cancel()));
            },
          });
        }),
      };
    },
    fails: ['one-fails-alone'],
    says: /one of three: expected network or truncated, got aborted|after one was cancelled and one was reset: expected an answer, got aborted/,
  },
  {
    wrong: 'decodes every chunk for itself',
    parts: decoding((decoder) => ({
      push: (chunk, into) => decoder.push(Buffer.from(Buffer.from(chunk).toString('utf8')), into),
    })),
    fails: ['split-anywhere', 'one-byte-a-chunk', 'line-ends'],
    says: /the text of answer \d+ of 100|the text of an answer of \d+ bytes/,
  },
  {
    wrong: 'takes every chunk for whole events',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        decode: (head, request, context) => {
          const last = spec.decode(head, request, context);
          let ended = false;
          return {
            push(chunk, into) {
              const decoder = spec.decode(head, request, context);
              const before = into.length;
              decoder.push(chunk, into);
              try {
                decoder.end(into);
              } catch {
                // Not the last chunk.
              }
              ended ||= into.slice(before).some(({ type }) => type === 'finish');
            },
            end: (into) => (ended ? undefined : last.end(into)),
          };
        },
      }),
    }),
    fails: [
      'rejects-page',
      'no-mixing',
      'split-anywhere',
      'one-byte-a-chunk',
      'line-ends',
      'unended-line',
      'back-pressure',
    ],
    says: /a 200 with a web page/,
  },
  {
    wrong: 'knows line feeds only',
    parts: decoding((decoder) => ({
      push: (chunk, into) =>
        decoder.push(
          Buffer.from(chunk).map((byte) => (byte === 13 ? 32 : byte)),
          into,
        ),
    })),
    fails: ['line-ends'],
    says: /an answer with "\\r\\n" as its line ends: expected an answer, got/,
  },
  {
    wrong: 'stumbles over a byte order mark',
    parts: decoding((decoder) => ({
      push: (chunk, into) =>
        decoder.push(chunk[0] === 0xef && chunk[1] === 0xbb ? Buffer.from('data: \ufeff\n\n') : chunk, into),
    })),
    fails: ['byte-order-mark'],
    says: /an answer behind a byte order mark: expected an answer, got invalid-response/,
  },
  {
    wrong: 'drops a last event whose line is not ended',
    parts: decoding((decoder) => {
      let finished = false;
      return {
        push(chunk, into) {
          decoder.push(chunk, into);
          finished ||= into.some(({ type }) => type === 'finish');
        },
        end() {
          if (!finished) throw new ChatError('truncated', 'the answer was cut', { provider: 'reference' });
        },
      };
    }),
    fails: ['rejects-page', 'no-last-line-end'],
    says: /a 200 with a web page: expected invalid-response or blocked, got truncated/,
  },
  {
    wrong: 'takes a keep-alive for text',
    parts: decoding((decoder) => ({
      push(chunk, into) {
        if (Buffer.from(chunk).toString().startsWith(': keep')) into.push({ type: 'text-delta', text: '.' });
        decoder.push(chunk, into);
      },
    })),
    fails: ['keep-alive-is-idle', 'keep-alives-between'],
    says: /keep-alives for ever without any text: expected idle-timeout, got network/,
  },
  {
    wrong: 'delivers half a character',
    parts: mapped((event) =>
      event.type === 'text-delta' && event.text.includes('😀')
        ? [
            { type: 'text-delta', text: event.text.slice(0, event.text.indexOf('😀') + 1) },
            { type: 'text-delta', text: event.text.slice(event.text.indexOf('😀') + 1) },
          ]
        : [event],
    ),
    fails: ['surrogates-together'],
    says: /a piece of text ends with half a character/,
  },
  {
    wrong: 'gathers a line of any length',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        decode: (_head, _request, { secrets, includeRaw }) => referenceDecoder(secrets, includeRaw, 1e9),
      }),
    }),
    fails: ['unended-line'],
    says: /the provider read a line of 67108864 bytes and wanted more/,
  },
  {
    wrong: 'does not know its key for one',
    parts: () => ({ spec: (spec) => ({ ...spec, credentials: [] }) }),
    fails: ['credential-in-status', 'credential-in-event'],
    says: /a 401 that repeats the key: the key is in the error's message/,
  },
  {
    wrong: 'sends no key',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        encode: (request, context) => ({
          ...spec.encode(request, context),
          headers: { 'user-agent': 'reference' },
        }),
      }),
    }),
    fails: ['credential-sent'],
    says: /the credential given to create\(\) was sent nowhere: pass it on, or say in declares\.noCredential/,
  },
  {
    wrong: 'repeats what an error event says as it is',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        decode: (head, request, context) => spec.decode(head, request, { ...context, secrets: {} }),
      }),
    }),
    fails: ['credential-in-event', 'prompt-in-event'],
    says: /an error event that repeats the key: the key is in the error's message/,
  },
  {
    wrong: 'keeps the request in its errors',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream: (request, options) =>
          provider.stream(request, options).catch((error: Error) => {
            error.cause = { request };
            throw error;
          }),
      }),
    }),
    fails: ['credential-in-status', 'prompt-in-status', 'secrets-in-network-errors', 'prompt-in-refusals'],
    says: /the prompt is in the error's what a logger prints/,
  },
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
  {
    wrong: 'loses a piece of the text',
    parts: mapped((event) => (event.type === 'text-delta' && event.text === sayings[1] ? [] : [event])),
    fails: [
      'text-as-said',
      'text-after-end',
      'as-it-comes',
      'result',
      'text-stream',
      'readable-stream',
      'whole-answer',
      'one-fails-alone',
      'one-byte-a-chunk',
      'all-in-one-chunk',
      'line-ends',
      'byte-order-mark',
      'no-last-line-end',
      'keep-alives-between',
      'request-untouched',
    ],
    says: /the text of a good answer: expected "The gate holds né 漢字 and 😀 for now\.", got "The gate 漢字/,
  },
];
