import { type CallScope, ChatError } from '@sluice/core';
import type { HopAnswer } from '@sluice/core/http';
import type { CassetteClock } from './cassette-clock.ts';
import type { CassetteError, CassetteHeaders, ExchangeEnd } from './cassette-format.ts';
import type { Pace } from './pace.ts';
import type { RecordedExchange } from './recorded-exchange.ts';

/**
 * Plays one recorded exchange to whoever has sent its request: as the network would, and as long as the call lasts.
 * `recordedAtMs`: when the recording began, in milliseconds since 1970.
 */
export async function playExchange(
  exchange: RecordedExchange,
  scope: CallScope,
  pace: Pace,
  clock: CassetteClock,
  recordedAtMs: number,
): Promise<HopAnswer> {
  const { request, head, chunks, end } = exchange;
  scope.throwIfCancelled();
  const over = new AbortController();
  let answered = false;
  let failure: ChatError | undefined;
  const fail = (error: ChatError): void => {
    failure ??= error;
    takeBack();
    over.abort();
  };
  const takeBack = scope.onCancel((error) => {
    if (error.code === end.error?.code) error.sent = end.error.sent;
    else if (error.code !== 'connect-timeout') error.sent = answered ? 'yes' : 'maybe';
    if (end.how === 'abandoned') clock.advance(end.atMs);
    fail(error);
  });
  // Some scopes last longer once something was sent.
  if (head || end.error?.sent !== 'no') scope.connected();
  clock.advance(request.atMs);
  const wait = pace.begin(request.atMs);

  const until = async (atMs: number): Promise<void> => {
    if (failure) throw failure;
    try {
      await wait(atMs, over.signal);
    } catch (error) {
      throw failure ?? error;
    }
    if (failure) throw failure;
    clock.advance(atMs);
  };

  /** What a reader gets behind the last chunk. */
  const atEnd = async (): Promise<undefined> => {
    if (end.how === 'abandoned') await cancelled(over.signal);
    await until(end.atMs);
    if (end.how === 'complete' || end.how === 'released') {
      takeBack();
      return undefined;
    }
    const error = errorOf(end.error ?? leftEarly);
    // What ended the call then ends it now, in the same order for everybody whom it concerns.
    if (end.how === 'cancelled') scope.cancel(error);
    fail(error);
    throw failure;
  };

  /** The reader stops where it did when it was recorded. */
  const leave = (how: ExchangeEnd): void => {
    if (how === end.how && !failure) clock.advance(end.atMs);
  };

  if (!head) throw (await atEnd()) ?? failure ?? errorOf(leftEarly);
  await until(head.atMs);
  answered = true;
  let next = 0;
  return {
    status: head.status,
    headers: movedInTime(head.headers, Date.now() - (recordedAtMs + head.atMs)),
    body: {
      async read() {
        const chunk = chunks[next];
        if (!chunk) return atEnd();
        await until(chunk.atMs);
        next += 1;
        return chunk.bytes;
      },
      release() {
        leave('released');
        takeBack();
      },
      abort() {
        leave('left');
        fail(new ChatError('aborted', 'the response was not read to its end', { sent: 'yes' }));
      },
    },
  };
}

const leftEarly: CassetteError = {
  code: 'aborted',
  message: 'the recording ends here: whoever recorded it read no further',
  sent: 'yes',
};

/** `Retry-After` as a date says how long to wait only beside the present time: it moves along. */
function movedInTime(headers: CassetteHeaders, byMs: number): CassetteHeaders {
  const at = Date.parse(headers['retry-after'] ?? '');
  if (Number.isNaN(at) || /^\s*[\d.]+\s*$/.test(headers['retry-after'] ?? '')) return headers;
  const moved = new Date(Math.round((at + byMs) / 1_000) * 1_000);
  return Number.isNaN(moved.getTime()) ? headers : { ...headers, 'retry-after': moved.toUTCString() };
}

function errorOf({ code, message, sent, status }: CassetteError): ChatError {
  return new ChatError(code, message, { sent, status });
}

function cancelled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
