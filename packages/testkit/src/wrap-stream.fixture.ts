import { type ChatEvent, type ChatProvider, type ChatStream, collect } from '@sluice/core';

/** Events in, events out. */
export type Transform = (events: AsyncIterable<ChatEvent>) => AsyncIterable<ChatEvent>;

/** A stream whose events go through a transform; everything else is as it was, or replaced. */
export function wrapStream(
  stream: ChatStream,
  transform: Transform,
  parts: Partial<ChatStream> = {},
): ChatStream {
  const events = transform(stream)[Symbol.asyncIterator]();
  const wrapped: ChatStream = {
    provider: stream.provider,
    ...(stream.model === undefined ? {} : { model: stream.model }),
    [Symbol.asyncIterator]: () => events,
    textStream: textsOf(() => wrapped),
    result: () => collect(wrapped),
    toReadableStream: () =>
      new ReadableStream(
        {
          async pull(controller) {
            const step = await wrapped[Symbol.asyncIterator]().next();
            if (step.done) controller.close();
            else controller.enqueue(step.value);
          },
          cancel: () => stream.cancel(),
        },
        { highWaterMark: 0 },
      ),
    cancel: (reason) => stream.cancel(reason),
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
    ...parts,
  };
  return wrapped;
}

async function* textsOf(stream: () => ChatStream): AsyncGenerator<string> {
  for await (const event of stream()) if (event.type === 'text-delta') yield event.text;
}

/** A provider whose streams are changed. */
export function changeStreams(
  change: (stream: ChatStream) => ChatStream,
): (provider: ChatProvider) => ChatProvider {
  return (provider) => ({
    ...provider,
    stream: async (request, options) => change(await provider.stream(request, options)),
  });
}

/** A provider whose events go through a transform. */
export function changeEvents(transform: Transform): (provider: ChatProvider) => ChatProvider {
  return changeStreams((stream) => wrapStream(stream, transform));
}
