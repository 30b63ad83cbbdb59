import type { ChatEvent, ChatStream } from '@sluice/core';
import { changeStreams, wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';

/** Streams whose reader has gone, or never came. */
export const unreadMutations: readonly Mutation[] = [
  {
    wrong: 'forgets in close() the streams that nobody reads to their end',
    parts: () => {
      const beingRead = new Set<ChatStream>();
      const unread = new Set<ChatStream>();
      return {
        wrap: (provider) => ({
          ...provider,
          async stream(request, options) {
            const stream = await provider.stream(request, options);
            unread.add(stream);
            // Whoever waits for a second event is still there.
            let events = 0;
            const inner = stream[Symbol.asyncIterator]();
            const done = <T>(result: T): T => {
              unread.delete(stream);
              beingRead.delete(stream);
              return result;
            };
            return wrapStream(
              stream,
              () => ({
                [Symbol.asyncIterator]: () => ({
                  next() {
                    events += 1;
                    if (events > 1) {
                      unread.delete(stream);
                      beingRead.add(stream);
                    }
                    return inner.next();
                  },
                  return: async () => done((await inner.return?.()) ?? { done: true, value: undefined }),
                }),
              }),
              {
                cancel: async (reason) => done(await stream.cancel(reason)),
                [Symbol.asyncDispose]: async () => done(await stream[Symbol.asyncDispose]()),
              },
            );
          },
          async close() {
            await Promise.all([...beingRead].map((stream) => stream.cancel()));
            if (unread.size === 0) await provider.close();
          },
        }),
      };
    },
    fails: ['close-ends-unread-streams'],
    says: /sockets of two streams that nobody reads, open 250 ms after close\(\): expected 0, got 2/,
  },
  {
    wrong: 'cancels its web stream only once the upstream says something again',
    parts: () => ({
      wrap: changeStreams((stream) => {
        const events = stream[Symbol.asyncIterator]();
        let pulling: Promise<unknown> | undefined;
        return wrapStream(stream, () => ({ [Symbol.asyncIterator]: () => events }), {
          toReadableStream: () =>
            new ReadableStream<ChatEvent>(
              {
                async pull(controller) {
                  const step = events.next();
                  pulling = step.finally(() => {
                    pulling = undefined;
                  });
                  const { done, value } = await step;
                  if (done) controller.close();
                  else controller.enqueue(value);
                },
                async cancel() {
                  await pulling;
                  await stream.cancel();
                },
              },
              { highWaterMark: 0 },
            ),
        });
      }),
    }),
    fails: ['cancelling-the-web-stream-while-it-pulls'],
    says: /waiting for cancel\(\) of a web stream that waits for more: nothing happened within/,
  },
  {
    wrong: 'says nothing of a limit that ran out while nobody read',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        async stream(request, options) {
          const { timeout } = options ?? {};
          const total = typeof timeout === 'number' ? timeout : (timeout?.total ?? Number.POSITIVE_INFINITY);
          const endsAt = performance.now() + total;
          const stream = await provider.stream(request, options);
          let asked = false;
          return wrapStream(stream, async function* (events) {
            const tooLate = !asked && performance.now() > endsAt;
            asked = true;
            if (!tooLate) yield* events;
          });
        },
      }),
    }),
    fails: ['total-unread'],
    says: /an answer that nobody read for \d+ ms: expected deadline-exceeded, got an answer of 0 characters/,
  },
];
