import { ChatError } from '@sluice/core';
import { changeStreams, wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';
import { errorsAs, mapped } from './parts.fixture.ts';

/** Failures and ends that say of a call what is not so, and what calls leave behind. */
export const accountMutations: readonly Mutation[] = [
  {
    wrong: 'leaves a listener on the signal of a call that was refused',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream: (request, options) =>
          provider.stream(request, options).catch((error: unknown) => {
            if (ChatError.is(error) && error.status) options?.signal?.addEventListener('abort', () => {});
            throw error;
          }),
      }),
    }),
    fails: ['listeners-released'],
    says: /listeners on the signal after a status of 500: expected 0, got 1/,
  },
  {
    wrong: 'leaves a listener on the signal of whoever lists models',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        listModels: (options) => {
          options?.signal?.addEventListener('abort', () => {});
          return provider.listModels(options);
        },
      }),
    }),
    fails: ['listeners-released'],
    says: /listeners on the signal after listModels\(\): expected 0, got 1/,
  },
  {
    wrong: 'loses what had arrived when a call is aborted',
    parts: errorsAs((error) =>
      error.code === 'aborted'
        ? new ChatError(error.code, error.message, { ...error, provider: error.provider, partial: undefined })
        : error,
    ),
    fails: ['abort-in-mid-stream'],
    says: /the error of an abort in the middle must carry the text that had arrived/,
  },
  {
    wrong: 'says of limits that nothing was sent',
    parts: errorsAs((error) =>
      ['first-token-timeout', 'idle-timeout', 'deadline-exceeded'].includes(error.code)
        ? Object.assign(error, { sent: 'no' })
        : error,
    ),
    fails: ['first-token-timeout', 'idle-timeout', 'total-before-text'],
    says: /no answer within 60 ms: the upstream had the request, so sent must be maybe or yes, got no/,
  },
  {
    wrong: 'says of failures of the server that nothing was sent',
    parts: errorsAs((error) => ((error.status ?? 0) >= 500 ? Object.assign(error, { sent: 'no' }) : error)),
    fails: ['status-500', 'status-502', 'status-504'],
    says: /status 500: the upstream had the request, so sent must be maybe or yes, got no/,
  },
  {
    wrong: 'says of answers that broke off that nothing was sent',
    parts: errorsAs((error) => (error.partial?.text ? Object.assign(error, { sent: 'no' }) : error)),
    fails: ['truncated-without-end', 'truncated-by-reset', 'idle-timeout'],
    says: /a truncated answer: the upstream had the request, so sent must be maybe or yes, got no/,
  },
  {
    wrong: 'sets a timer for each call and forgets it, quietly',
    parts: () => ({
      wrap: changeStreams((stream) => {
        setInterval(() => {}, 60_000).unref();
        return stream;
      }),
    }),
    fails: ['quiet-timers-released'],
    says: /timers that calls have set still run after every call has ended and close\(\), unref\(\) or not/,
  },
  {
    wrong: 'makes token counts up that nobody reported',
    parts: mapped((event) => [
      event.type === 'finish' && !event.usage
        ? { ...event, usage: { inputTokens: 10, outputTokens: 4 } }
        : event,
    ]),
    fails: ['usage-not-invented'],
    says: /the token counts of an answer that came without any: expected {}, got {"inputTokens":10/,
  },
  {
    wrong: 'begins an answer with what is left of one that broke off',
    parts: () => {
      let left = '';
      return {
        wrap: changeStreams((stream) =>
          wrapStream(stream, async function* (events) {
            if (left !== '') yield { type: 'text-delta', text: left };
            left = '';
            let text = '';
            try {
              for await (const event of events) {
                if (event.type === 'text-delta') text += event.text;
                yield event;
              }
            } catch (error) {
              if (ChatError.is(error) && error.code === 'network') left = text;
              throw error;
            }
          }),
        ),
      };
    },
    fails: ['works-again', 'one-fails-alone'],
    says: /the text of the call after one that broke off: expected "The gate .*, got "left over/,
  },
];
