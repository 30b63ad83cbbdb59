import { ChatError, type ChatEvent, type ChatEventSource, isVisible } from '@sluice/core';
import type { EventDecoder, HttpBody } from '@sluice/core/http';

/**
 * How much may come before anything that a user would see, in bytes, as in core: keep-alives and comments cost no memory, but
 * a small compressed body can hold them by the gigabyte.
 */
const mostSilentBytes = 32 * 1024 * 1024;

/** Where the events of one answer come from. */
export interface AnswerParts {
  readonly body: HttpBody;
  readonly decoder: EventDecoder;
  /** Delivered before everything else. */
  readonly first: readonly ChatEvent[];
  /** Whether the response ends by itself after the answer: then its connection can be kept. Asked once the answer is over. */
  readonly endsByItself: () => boolean;
  /** Called once, when the socket has been let go. */
  readonly onClose: (outcome: 'finished' | 'cancelled' | 'failed') => Promise<void>;
}

/**
 * The events of a reply. One pull reads until there is an event: keep-alives and padding are none, so a server that sends
 * nothing else runs into the idle limit.
 */
export function answerSource({ body, decoder, first, endsByItself, onClose }: AnswerParts): ChatEventSource {
  const pending = [...first];
  let silentBytes = 0;

  const listen = (chunk: Uint8Array, events: readonly ChatEvent[]): void => {
    if (events.some(isVisible)) silentBytes = Number.NEGATIVE_INFINITY;
    else silentBytes += chunk.length;
    if (silentBytes <= mostSilentBytes) return;
    throw new ChatError(
      'invalid-response',
      `the upstream sent more than ${mostSilentBytes} bytes and no answer`,
      { sent: 'yes' },
    );
  };

  /** Whether reading may stop: something was decoded, or the body has ended. */
  const decode = (chunk: Uint8Array | undefined, into: ChatEvent[]): boolean => {
    const before = into.length;
    if (chunk === undefined) decoder.end(into);
    else {
      decoder.push(chunk, into);
      if (silentBytes >= 0) listen(chunk, into.slice(before));
    }
    return chunk === undefined || into.length > before;
  };

  const readOn = async (
    waited: Promise<Uint8Array | undefined>,
    into: ChatEvent[],
    before: number,
  ): Promise<boolean> => {
    let chunk = await waited;
    while (!decode(chunk, into)) chunk = await body.read();
    return into.length > before;
  };

  return {
    pull(into) {
      const before = into.length;
      into.push(...pending.splice(0));
      if (into.length > before) return true;
      while (true) {
        const chunk = body.read();
        if (chunk instanceof Promise) return readOn(chunk, into, before);
        if (decode(chunk, into)) return into.length > before;
      }
    },
    close(outcome) {
      if (outcome === 'finished' && endsByItself()) body.release();
      else body.abort();
      return onClose(outcome);
    },
  };
}
