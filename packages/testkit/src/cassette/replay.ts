import type { ChatRequest } from '@sluice/core';
import { interceptHttp } from '@sluice/core/http';
import { CassetteClock, type CassetteTimers } from './cassette-clock.ts';
import type { CassetteHeader, NoteLine } from './cassette-format.ts';
import { createExchangeFinder } from './find-exchange.ts';
import type { Mutation } from './mutate-exchange.ts';
import { pressingPace, type ReplayTime, recordedPace } from './pace.ts';
import { playExchange } from './play-exchange.ts';
import { readCassette } from './read-cassette.ts';
import { cleanBody, requestNote } from './record.ts';
import type { RecordedExchange } from './recorded-exchange.ts';
import { createRedaction } from './redact-exchange.ts';

/** Options of `replay`. */
export interface ReplayOptions {
  /** `strict`: a request that differs from the recorded one is an error. Default `replay`: it is answered, and noted. */
  readonly mode?: 'replay' | 'strict';
  /** `at-once` (default) leaves out every wait; `recorded` takes as long as it took. */
  readonly timing?: 'recorded' | 'at-once';
  /** Credentials that could stand in the body of a request: the same as for `record`. */
  readonly secrets?: readonly string[];
  /** Changes the exchanges before they are played. */
  readonly mutate?: Mutation;
  /** The largest cassette that is read, in bytes. Default 64 MiB. */
  readonly maxBytes?: number;
  /** For tests of the recorded timing. Default: the machine's. */
  readonly time?: ReplayTime;
}

/** A replay under way. */
export interface Replay extends AsyncDisposable {
  readonly header: CassetteHeader;
  readonly notes: readonly NoteLine[];
  /** The requests that were noted, oldest first. They come from a file: whoever asks them has them checked. */
  readonly requests: readonly ChatRequest[];
  readonly exchanges: readonly RecordedExchange[];
  /** What was recorded and not asked for yet. */
  readonly remaining: readonly RecordedExchange[];
  /** What was answered although the request differs, in words without prompts. Empty in strict mode: there it is an error. */
  readonly differences: readonly string[];
  /** For a registry (`timers`): the times of a route decision are those of the cassette, at whatever pace it is played. */
  readonly timers: CassetteTimers;
  /** Sets the clock of `timers` on to what was recorded then, where something that came before is left out. */
  advance(toMs: number): void;
  /** Ends the replay: requests go to the network again. */
  close(): Promise<void>;
}

/**
 * Answers every HTTP request of every provider of this process from a cassette, until it is closed. Nothing goes to the network:
 * a request that the cassette has no answer for fails with `invalid-request`, which says what there is.
 *
 * Throws `invalid-request` for a cassette that cannot be read or is damaged, with the line, and if something else records or
 * replays.
 *
 * @example
 * const cassette = await replay('bug.jsonl', { mode: 'strict' });
 * try {
 *   console.log(await complete(provider, { messages: [{ role: 'user', content: 'Hello' }] }));
 * } finally {
 *   await provider.close();
 *   await cassette.close();
 * }
 */
export async function replay(path: string, options: ReplayOptions = {}): Promise<Replay> {
  const { mode = 'replay', timing = 'at-once', mutate = (exchange) => exchange } = options;
  const cassette = await readCassette(path, options.maxBytes);
  const exchanges = cassette.exchanges.map(mutate);
  const finder = createExchangeFinder(path, exchanges, mode === 'strict');
  const redaction = createRedaction(options.secrets, cassette.header.masked);
  const clock = new CassetteClock();
  const pace = timing === 'recorded' ? recordedPace(options.time) : pressingPace(clock);
  const stop = interceptHttp(async ({ method, url, headers, body }, scope) => {
    redaction.learn(headers, url);
    const exchange = finder.find({
      method,
      url: redaction.url(url),
      headers: redaction.headers(headers),
      body: cleanBody(body ?? '', redaction),
    });
    return playExchange(exchange, scope, pace, clock, Date.parse(cassette.header.recordedAt));
  });
  const close = async (): Promise<void> => stop();
  return {
    header: cassette.header,
    notes: cassette.notes,
    requests: cassette.notes
      .filter(({ name }) => name === requestNote)
      .map(({ value }) => value as ChatRequest),
    exchanges,
    remaining: finder.remaining,
    differences: finder.differences,
    timers: clock,
    advance: (toMs) => clock.advance(toMs),
    close,
    [Symbol.asyncDispose]: close,
  };
}
