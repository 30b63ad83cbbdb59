import { APICallError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { ChatStream } from '@sluice/core';
import { failureOf } from './call-error.ts';
import type { StreamParts } from './stream-parts.ts';

/**
 * The parts of an answer as the web stream that the AI SDK reads. Nothing is read ahead: who doesn't read stops the socket.
 * Cancelling it closes the socket; the caller's abort makes it fail with the abort, any other failure is told by its last parts.
 */
export function partStream(
  stream: ChatStream,
  parts: StreamParts,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const events = stream[Symbol.asyncIterator]();
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        const ready: LanguageModelV4StreamPart[] = [];
        let ended = false;
        try {
          while (ready.length === 0 && !ended) {
            const step = await events.next();
            if (step.done) ended = true;
            else parts.push(step.value, ready);
          }
        } catch (thrown) {
          const failure = failureOf(thrown, stream, signal);
          if (!APICallError.isInstance(failure)) {
            controller.error(failure);
            return;
          }
          parts.fail(thrown, failure, ready);
          ended = true;
          // It may be ours, and then the socket is still open.
          await events.return?.();
        }
        for (const part of ready) controller.enqueue(part);
        if (ended) controller.close();
      },
      async cancel() {
        await events.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
