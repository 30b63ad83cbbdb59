import { Buffer } from 'node:buffer';
import { ChatError, type ChatStream } from '@sluice/core';
import { sayings } from '../bench.ts';
import { referenceDecoder } from '../reference-provider.fixture.ts';
import { changeStreams, wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';
import { decoding, mapped } from './parts.fixture.ts';

/** What is understood of the bytes, and what is shown to whom. */
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
    fails: ['split-anywhere', 'one-byte-a-chunk', 'line-ends', 'compressed-answers'],
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
      'compressed-answers',
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
    fails: ['rejects-page', 'no-last-line-end', 'truncated-without-end'],
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
      'compressed-answers',
      'proxy-per-call',
      'works-again',
    ],
    says: /the text of a good answer: expected "The gate holds né 漢字 and 😀 for now\.", got "The gate 漢字/,
  },
];
