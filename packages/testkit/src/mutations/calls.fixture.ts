import { connect, type Socket } from 'node:net';
import { ChatError, type ChatEvent, errorFromStatus, type Timeouts } from '@sluice/core';
import { createHttpClient } from '@sluice/core/http';
import { changeEvents, changeStreams, wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';
import { errorsAs, optionsTo } from './parts.fixture.ts';

/** Takes one limit out of a call's. */
function withoutLimit(name: keyof Timeouts): Mutation['parts'] {
  return () => ({
    wrap: optionsTo(({ timeout, ...options }) => {
      const limits: Timeouts = typeof timeout === 'number' ? { total: timeout } : (timeout ?? {});
      return { ...options, timeout: { ...limits, [name]: 0 } };
    }),
  });
}

function recoded(error: ChatError, code: ChatError['code']): ChatError {
  return new ChatError(code, error.message, { ...error, provider: error.provider });
}

/** How failures are told, and what ends a call. */
export const callMutations: readonly Mutation[] = [
  {
    wrong: 'takes an overload for a failure of the server',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        errorFrom: (failure) =>
          failure.status === 503 ? recoded(errorFromStatus(failure), 'server-error') : undefined,
      }),
    }),
    fails: ['status-503', 'retry-after-date'],
    says: /status 503: expected overloaded, got server-error/,
  },
  {
    wrong: 'takes failures of the server for wrong answers',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        errorFrom: (failure) =>
          [408, 409, 500, 502, 504, 529].includes(failure.status)
            ? recoded(errorFromStatus(failure), 'invalid-response')
            : undefined,
      }),
    }),
    fails: [
      'rejects-status',
      'status-408',
      'status-409',
      'status-500',
      'status-502',
      'status-504',
      'status-529',
      'error-body-bounded',
      'error-page',
    ],
    says: /a 500: expected server-error, got invalid-response/,
  },
  {
    wrong: 'takes an upstream that speaks no HTTP for a mistake of its own',
    parts: errorsAs((error) => (/not HTTP/.test(error.message) ? recoded(error, 'internal') : error)),
    fails: ['not-http'],
    says: /garbage instead of HTTP: expected invalid-response or network, got internal/,
  },
  {
    wrong: 'does not read what an error says',
    parts: () => ({
      spec: (spec) => ({ ...spec, errorFrom: (failure) => errorFromStatus({ ...failure, body: '' }) }),
    }),
    fails: ['body-context-length', 'body-model-not-found'],
    says: /expected context-length, got invalid-request/,
  },
  {
    wrong: 'forgets Retry-After',
    parts: () => ({
      spec: (spec) => ({ ...spec, errorFrom: (failure) => errorFromStatus({ ...failure, headers: {} }) }),
    }),
    fails: ['retry-after-seconds', 'retry-after-date'],
    says: /retryAfterMs of Retry-After: 7: expected 7000, got nothing/,
  },
  {
    wrong: 'reads the body of an error to its end',
    parts: () => {
      const inner = createHttpClient();
      return {
        spec: (spec) => ({
          ...spec,
          http: {
            close: () => inner.close(),
            async request(request, scope, proxy) {
              const response = await inner.request(request, scope, proxy);
              if (response.status < 400) return response;
              return { ...response, body: { ...response.body, beginning: () => response.body.text(1e9) } };
            },
          },
        }),
      };
    },
    fails: ['error-body-bounded', 'sockets-released', 'use-after-close'],
    says: /nothing happened within/,
  },
  {
    wrong: 'throws errors of its own kind',
    parts: errorsAs((error) => (error.code === 'network' ? new Error('connection failed') : error)),
    fails: [
      'rejects-cut-before-text',
      'truncated-by-reset',
      'refused-connection',
      'reset-before-head',
      'one-fails-alone',
      'proxy-refused',
    ],
    says: /a reset before any text: expected a ChatError \(network or truncated\), got Error: connection failed/,
  },
  {
    wrong: 'says that nothing was sent where something may have been',
    parts: errorsAs((error) => Object.assign(error, { sent: 'no' })),
    fails: [
      'reset-before-head',
      'first-token-timeout',
      'idle-timeout',
      'status-500',
      'status-502',
      'status-504',
      'total-before-text',
      'truncated-by-reset',
      'truncated-without-end',
    ],
    says: /sent must be maybe, not no/,
  },
  {
    wrong: 'says that something was sent where nothing was',
    parts: errorsAs((error) => Object.assign(error, { sent: 'yes' })),
    fails: [
      'status-400',
      'status-401',
      'status-402',
      'status-403',
      'status-413',
      'status-422',
      'status-429',
      'refused-connection',
      'connect-timeout',
      'abort-before',
      'proxy-refused',
    ],
    says: /sent of a 400, with which the upstream refused the work: expected "no", got "yes"/,
  },
  {
    wrong: 'does not name itself where a limit has run out',
    parts: errorsAs((error) => {
      if (error.code === 'idle-timeout') delete error.provider;
      return error;
    }),
    fails: ['idle-timeout', 'keep-alive-is-idle'],
    says: /the error must name its provider, reference, got undefined/,
  },
  {
    wrong: 'has no limit for connecting',
    parts: withoutLimit('connect'),
    fails: ['connect-timeout'],
    says: /waiting for stream\(\) to resolve or reject: nothing happened within/,
  },
  {
    wrong: 'has no limit for the first token',
    parts: withoutLimit('firstToken'),
    fails: [
      'rejects-no-first-token',
      'first-token-timeout',
      'sockets-released',
      'timers-released',
      'listeners-released',
      'quiet-timers-released',
    ],
    says: /nothing happened within/,
  },
  {
    wrong: 'has no limit for a silence',
    parts: withoutLimit('idle'),
    fails: ['idle-timeout', 'keep-alive-is-idle'],
    says: /nothing happened within/,
  },
  {
    wrong: 'has no limit for the whole call',
    parts: withoutLimit('total'),
    fails: ['total-before-text', 'total-in-the-middle', 'total-unread'],
    says: /nothing happened within/,
  },
  {
    wrong: 'takes any byte for a sign of life',
    parts: () => ({
      spec: (spec) => ({
        ...spec,
        decode: (head, request, context) => {
          const decoder = spec.decode(head, request, context);
          return {
            push(chunk, into) {
              into.push({ type: 'response-metadata' });
              decoder.push(chunk, into);
            },
            end: decoder.end,
          };
        },
      }),
    }),
    fails: ['keep-alive-is-idle'],
    says: /keep-alives for ever without any text: expected idle-timeout, got network/,
  },
  {
    wrong: 'ignores the signal',
    parts: () => ({ wrap: optionsTo(({ signal: _, ...options }) => options) }),
    fails: [
      'abort-before',
      'abort-connecting',
      'abort-awaiting-answer',
      'abort-awaiting-first-token',
      'abort-in-mid-stream',
      'models-aborted',
    ],
    says: /a signal that was aborted before the call: expected aborted, got an answer/,
  },
  {
    wrong: 'looks at the signal only before the call',
    parts: () => ({
      wrap: optionsTo(({ signal, ...options }) => (signal?.aborted ? { ...options, signal } : options)),
    }),
    fails: [
      'abort-connecting',
      'abort-awaiting-answer',
      'abort-awaiting-first-token',
      'abort-in-mid-stream',
      'models-aborted',
    ],
    says: /waiting for stream\(\) to resolve or reject: nothing happened within/,
  },
  {
    wrong: 'takes no heed of cancel()',
    parts: () => ({
      wrap: changeStreams((stream) => wrapStream(stream, (events) => events, { cancel: async () => {} })),
    }),
    fails: ['cancel-in-mid-stream', 'listeners-released', 'back-pressure'],
    says: /reading the next event of the answer: nothing happened|the socket was still open/,
  },
  {
    wrong: 'keeps the socket when its reader leaves the loop',
    parts: () => ({
      wrap: changeStreams((stream) =>
        wrapStream(stream, (events) => ({
          [Symbol.asyncIterator]() {
            const inner = events[Symbol.asyncIterator]();
            return { next: () => inner.next(), return: async () => ({ done: true, value: undefined }) };
          },
        })),
      ),
    }),
    fails: ['leaving-the-loop', 'listeners-released'],
    says: /cancelled by leaving the loop: the socket was still open 250 ms later/,
  },
  {
    wrong: 'keeps the socket when it goes out of scope',
    parts: () => ({
      wrap: changeStreams((stream) =>
        wrapStream(stream, (events) => events, { [Symbol.asyncDispose]: async () => {} }),
      ),
    }),
    fails: ['disposing'],
    says: /cancelled by disposing of the stream: the socket was still open/,
  },
  {
    wrong: 'keeps the socket when its web stream is cancelled',
    parts: () => ({
      wrap: changeStreams((stream) =>
        wrapStream(stream, (events) => events, {
          toReadableStream: () =>
            stream
              .toReadableStream()
              .pipeThrough(new TransformStream<ChatEvent, ChatEvent>(), { preventCancel: true }),
        }),
      ),
    }),
    fails: ['cancelling-the-web-stream', 'cancelling-the-web-stream-while-it-pulls'],
    says: /cancelled by cancelling the web stream: the socket was still open/,
  },
  {
    wrong: 'leaves listeners on the signal',
    parts: () => ({
      wrap: optionsTo((options) => {
        options.signal?.addEventListener('abort', () => {});
        return options;
      }),
    }),
    fails: ['listeners-released'],
    says: /listeners on the signal after a good answer: expected 0, got 1/,
  },
  {
    wrong: 'closes itself when a signal is aborted, also after the end',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream: (request, options) => {
          options?.signal?.addEventListener('abort', () => void provider.close());
          return provider.stream(request, options);
        },
      }),
    }),
    fails: ['abort-after-the-end', 'listeners-released'],
    says: /the call after it: expected an answer, got aborted/,
  },
  {
    wrong: 'reads ahead without bound',
    parts: () => ({
      wrap: changeEvents(async function* (events) {
        const all: ChatEvent[] = [];
        let failure: unknown;
        let wake = (): void => {};
        let ended = false;
        void (async () => {
          try {
            for await (const event of events) {
              all.push(event);
              wake();
            }
          } catch (error) {
            failure = error;
          }
          ended = true;
          wake();
        })();
        while (true) {
          const next = all.shift();
          if (next) yield next;
          else if (ended) break;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
        if (failure !== undefined) throw failure;
      }),
    }),
    fails: ['leaving-the-loop', 'back-pressure', 'listeners-released'],
    says: /cancelled by leaving the loop: the socket was still open/,
  },
  {
    wrong: 'opens a socket beside each call and keeps it',
    parts: () => {
      let host = '';
      const kept: Socket[] = [];
      return {
        spec: (spec) => ({
          ...spec,
          encode: (request, context) => {
            const encoded = spec.encode(request, context);
            host = new URL(encoded.url).host;
            return encoded;
          },
        }),
        wrap: changeStreams((stream) => {
          const [name, port] = host.split(':');
          kept.push(
            connect(Number(port), name)
              .on('error', () => {})
              .unref(),
          );
          return stream;
        }),
      };
    },
    fails: ['sockets-released', 'sockets-bounded'],
    says: /sockets that are open 250 ms after close\(\): expected 0, got/,
  },
  {
    wrong: 'does not close anything in close()',
    parts: () => ({ wrap: (provider) => ({ ...provider, close: async () => {} }) }),
    fails: ['sockets-released', 'close-ends-calls', 'use-after-close', 'close-ends-unread-streams'],
    says: /sockets that are open 250 ms after close\(\)/,
  },
  {
    wrong: 'fails on the second close()',
    parts: () => {
      let closed = false;
      return {
        wrap: (provider) => ({
          ...provider,
          async close() {
            if (closed) throw new Error('closed already');
            closed = true;
            return provider.close();
          },
        }),
      };
    },
    fails: ['close-twice'],
    says: /closed already/,
  },
];
