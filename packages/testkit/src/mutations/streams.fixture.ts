import { ChatError, type ChatEvent } from '@sluice/core';
import { changeEvents, changeStreams, wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';
import { decoding, optionsTo } from './parts.fixture.ts';

/** What an answer is, when it is given, and when it has ended. */
export const streamMutations: readonly Mutation[] = [
  {
    wrong: 'declares a capability with a word that is none',
    parts: () => ({ capabilities: { seed: 'yes' as never } }),
    fails: ['identity'],
    says: /capabilities\.seed must be native, emulated or none, got "yes"/,
  },
  {
    wrong: 'finishes twice',
    parts: () => ({
      wrap: changeEvents(async function* (events) {
        for await (const event of events) {
          yield event;
          if (event.type === 'finish') yield event;
        }
      }),
    }),
    fails: ['one-finish-last', 'second-end', 'text-after-end'],
    says: /a good answer: expected one finish, got 2/,
  },
  {
    wrong: 'takes the end of the body for the end of the answer, and reads on until then',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        decode: (head, request, context) => {
          let decoder = spec.decode(head, request, context);
          let finish: ChatEvent | undefined;
          return {
            push(chunk, into) {
              decoder.push(chunk, into);
              const at = into.findIndex(({ type }) => type === 'finish');
              if (at < 0) return;
              finish = into.splice(at)[0];
              decoder = spec.decode(head, request, context);
            },
            end(into) {
              if (finish) into.push(finish);
              else decoder.end(into);
            },
          };
        },
      }),
    }),
    fails: ['text-after-end'],
    says: /the text of an answer with text after its end: expected .*, got .*and late words/,
  },
  {
    wrong: 'gathers the whole answer before it shows any of it',
    parts: decoding((decoder) => {
      const held: ChatEvent[] = [];
      return {
        push: (chunk) => decoder.push(chunk, held),
        end(into) {
          into.push(...held.splice(0));
          decoder.end(into);
        },
      };
    }),
    fails: [
      'as-it-comes',
      'resolves-at-first-text',
      'truncated-by-reset',
      'error-event',
      'idle-timeout',
      'keep-alive-is-idle',
      'total-in-the-middle',
      'abort-in-mid-stream',
      'cancel-in-mid-stream',
      'leaving-the-loop',
      'disposing',
      'cancelling-the-web-stream',
      'listeners-released',
      'one-fails-alone',
      'back-pressure',
      'sockets-released',
      'timers-released',
      'close-ends-calls',
      'cancelling-the-web-stream-while-it-pulls',
      'close-ends-unread-streams',
      'total-unread',
      'quiet-timers-released',
    ],
    says: /waiting for stream\(\) to resolve: nothing happened within/,
  },
  {
    wrong: 'loses the last piece in textStream',
    parts: () => ({
      wrap: changeStreams((stream) =>
        wrapStream(stream, (events) => events, {
          textStream: (async function* () {
            let held: string | undefined;
            for await (const text of stream.textStream) {
              if (held !== undefined) yield held;
              held = text;
            }
          })(),
        }),
      ),
    }),
    fails: ['text-stream'],
    says: /the text of textStream: expected .*for now\./,
  },
  {
    wrong: 'does not say in result() who answered',
    parts: () => ({
      wrap: changeStreams((stream) =>
        wrapStream(stream, (events) => events, {
          result: async () => ({ ...(await stream.result()), provider: 'somebody' }),
        }),
      ),
    }),
    fails: ['result'],
    says: /the provider of result\(\): expected "reference", got "somebody"/,
  },
  {
    wrong: 'names another provider on the stream',
    parts: () => ({
      wrap: changeStreams((stream) => wrapStream(stream, (events) => events, { provider: 'somebody' })),
    }),
    fails: ['result', 'names-itself'],
    says: /expected "reference", got "somebody"/,
  },
  {
    wrong: 'leaves the finish out of the web stream',
    parts: () => ({
      wrap: changeStreams((stream) =>
        wrapStream(stream, (events) => events, {
          toReadableStream: () =>
            stream.toReadableStream().pipeThrough(
              new TransformStream<ChatEvent, ChatEvent>({
                transform: (event, controller) => {
                  if (event.type !== 'finish') controller.enqueue(event);
                },
              }),
            ),
        }),
      ),
    }),
    fails: ['readable-stream'],
    says: /the last event of toReadableStream\(\): expected "finish"/,
  },
  {
    wrong: 'cannot do without streaming',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        async stream(request, options) {
          if (options?.stream === false)
            throw new ChatError('unsupported', 'streams only', { provider: 'reference' });
          return provider.stream(request, options);
        },
      }),
    }),
    fails: ['whole-answer'],
    says: /a whole answer: expected an answer, got unsupported/,
  },
  {
    wrong: 'delivers raw events unasked',
    parts: () => ({ wrap: optionsTo((options) => ({ ...options, includeRaw: true })) }),
    fails: ['raw-events'],
    says: /raw events without includeRaw: expected 0/,
  },
  {
    wrong: 'has no raw events and does not say so',
    parts: () => ({ wrap: optionsTo((options) => ({ ...options, includeRaw: false })) }),
    fails: ['raw-events'],
    says: /includeRaw brought no raw event/,
  },
  {
    wrong: 'drops the check for the end',
    parts: decoding((decoder) => ({
      end(into) {
        try {
          decoder.end(into);
        } catch {
          into.push({ type: 'finish', reason: 'stop' });
        }
      },
    })),
    fails: ['failure-ends-it', 'rejects-page', 'truncated-without-end', 'truncated-anywhere'],
    says: /an answer without its end: expected truncated, got an answer of 36 characters that ended with finish/,
  },
  {
    wrong: 'takes a reset for the end',
    parts: () => ({
      wrap: changeEvents(async function* (events) {
        try {
          yield* events;
        } catch (error) {
          if (!ChatError.is(error) || error.code !== 'network') throw error;
          yield { type: 'finish', reason: 'stop' };
        }
      }),
    }),
    fails: ['truncated-by-reset', 'one-fails-alone', 'works-again'],
    says: /a reset in the middle: expected network or truncated, got an answer of \d+ characters/,
  },
  {
    wrong: 'takes a body that is shorter than its length for a whole one',
    parts: () => ({
      wrap: changeEvents(async function* (events) {
        try {
          yield* events;
        } catch (error) {
          if (!ChatError.is(error) || !/closed the connection in the middle/.test(error.message)) throw error;
          yield { type: 'finish', reason: 'stop' };
        }
      }),
    }),
    fails: ['truncated-by-length'],
    says: /a body shorter than its content-length: expected network or truncated, got an answer/,
  },
  {
    wrong: 'loses what had arrived when it fails',
    parts: () => ({
      wrap: changeEvents(async function* (events) {
        try {
          yield* events;
        } catch (error) {
          if (ChatError.is(error)) delete error.partial;
          throw error;
        }
      }),
    }),
    fails: [
      'truncated-without-end',
      'truncated-by-reset',
      'error-event',
      'idle-timeout',
      'abort-in-mid-stream',
    ],
    says: /the partial text of a truncated answer: expected .*, got nothing/,
  },
  {
    wrong: 'resolves before there is any text',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        async stream(request, options) {
          const opening = provider.stream(request, options);
          opening.catch(() => {});
          const later = async function* (): AsyncGenerator<ChatEvent> {
            yield* await opening;
          };
          const events = later();
          return {
            provider: 'reference',
            [Symbol.asyncIterator]: () => events,
            textStream: (async function* () {
              yield* (await opening).textStream;
            })(),
            result: async () => (await opening).result(),
            toReadableStream: () => ReadableStream.from(events) as ReadableStream<ChatEvent>,
            cancel: async () => (await opening).cancel(),
            [Symbol.asyncDispose]: async () => (await opening)[Symbol.asyncDispose](),
          };
        },
      }),
    }),
    fails: [
      'rejects-status',
      'rejects-error-in-200',
      'rejects-empty-answer',
      'rejects-empty-body',
      'rejects-cut-before-text',
      'rejects-page',
      'rejects-no-first-token',
      'works-again',
      'rejects-not-throws',
      'cancelling-the-web-stream-while-it-pulls',
      'proxy-refused',
    ],
    says: /stream\(\) must reject, but it resolved/,
  },
  {
    wrong: 'takes silence for an answer',
    parts: decoding((decoder) => {
      let spoke = false;
      return {
        push(chunk, into) {
          const before = into.length;
          decoder.push(chunk, into);
          const finish = into.slice(before).findIndex(({ type }) => type === 'finish');
          spoke ||= into.slice(before).some(({ type }) => /delta|call/.test(type));
          if (finish >= 0 && !spoke) into.splice(before + finish, 0, { type: 'text-delta', text: ' ' });
        },
      };
    }),
    fails: ['rejects-empty-answer'],
    says: /an answer that is only an end: stream\(\) must reject, but it resolved/,
  },
  {
    wrong: 'never answers again after a failure',
    parts: () => {
      let broken = false;
      return {
        wrap: (provider) => ({
          ...provider,
          async stream(request, options) {
            if (broken) throw new ChatError('server-error', 'still broken', { provider: 'reference' });
            return provider.stream(request, options).catch((error: unknown) => {
              broken = true;
              throw error;
            });
          },
        }),
      };
    },
    fails: [
      'works-again',
      'truncated-anywhere',
      'listeners-released',
      'sockets-released',
      'timers-released',
      'refuses-wrong-requests',
      'proxy-refused',
      'quiet-timers-released',
    ],
    says: /the call after a failed one: expected an answer, got server-error/,
  },
  {
    wrong: 'swallows an error event',
    parts: decoding((decoder) => ({
      push(chunk, into) {
        try {
          decoder.push(chunk, into);
        } catch (error) {
          if (!ChatError.is(error) || error.code !== 'server-error') throw error;
        }
      },
    })),
    fails: ['rejects-error-in-200', 'error-event'],
    says: /a 200 that begins with an error: expected server-error.*, got truncated/,
  },
  {
    wrong: 'passes over what it cannot read',
    parts: decoding((decoder) => ({
      push(chunk, into) {
        try {
          decoder.push(chunk, into);
        } catch (error) {
          if (!ChatError.is(error) || error.code !== 'invalid-response') throw error;
        }
      },
    })),
    fails: ['malformed', 'unended-line'],
    says: /a malformed frame in the middle of an answer: expected invalid-response, got an answer/,
  },
];
