import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { type CallScope, ChatError, type ChatRequest } from '@sluice/core';
import { type HopAnswer, type HttpHop, interceptHttp } from '@sluice/core/http';
import { BodyTape } from './body-tape.ts';
import { CassetteClock, type CassetteTimers } from './cassette-clock.ts';
import {
  type CassetteError,
  type CassetteHeader,
  cassetteVersion,
  type ExchangeEnd,
} from './cassette-format.ts';
import { asCassetteBytes, type CassetteWriter, createCassetteWriter } from './cassette-writer.ts';
import { createRedaction, type Redaction, redacted } from './redact-exchange.ts';

/** Options of `record`. */
export interface RecordOptions {
  /** Credentials that could stand in a body: those of headers, cookies and query parameters are known without. */
  readonly secrets?: readonly string[];
  /**
   * Replace what is said by placeholders of the same length. What is left shows how an answer was cut, how it ended and what
   * failed, but not what it was about. Default `false`: prompts and answers are in the cassette.
   */
  readonly redactPrompts?: boolean;
  /** What a reader should know of the circumstances, as JSON; values under names of secrets are taken out. */
  readonly about?: { readonly [name: string]: unknown };
  /** Versions of more packages that take part: `{ name: version }`. */
  readonly packages?: { readonly [name: string]: string };
  /** Replace a file that exists. Default `false`: it is an error. */
  readonly replace?: boolean;
}

/** A recording under way. */
export interface Recording extends AsyncDisposable {
  readonly path: string;
  /** How many exchanges have begun. */
  readonly exchanges: number;
  /** For a registry (`timers`): makes the times in a route decision those of the cassette, so that a replay has the same. */
  readonly timers: CassetteTimers;
  /** Keeps a value beside the exchanges: a route decision, an outcome. As JSON, without secrets. */
  note(name: string, value: unknown): void;
  /** Keeps a request, so that whoever replays the cassette can ask the same. Its words are replaced where that is wanted. */
  noteRequest(request: ChatRequest): void;
  /**
   * Ends the recording and resolves when the file is whole. Close providers before: what they still clean up belongs to it.
   * Throws `invalid-request` if something could not be written.
   */
  close(): Promise<void>;
}

/**
 * Records every HTTP exchange of every provider of this process in a new file, readable by its owner alone, until it is closed.
 * Credentials are taken out; **prompts and answers are what a cassette is made of** and stay in, unless `redactPrompts` is set.
 *
 * Throws `invalid-request` if the file exists or cannot be written, or if something else records or replays.
 *
 * @example
 * const cassette = await record('bug.jsonl');
 * try {
 *   await complete(provider, { messages: [{ role: 'user', content: 'Hello' }] });
 * } finally {
 *   await provider.close();
 *   await cassette.close();
 * }
 */
export async function record(path: string, options: RecordOptions = {}): Promise<Recording> {
  const redaction = createRedaction(options.secrets, options.redactPrompts);
  const header = headerOf(options, redaction);
  // First the place, then the file: a second recording must not leave an empty one.
  const gate: { intercept: Tape['intercept'] | undefined } = { intercept: undefined };
  const stop = interceptHttp((hop, scope, next) =>
    gate.intercept ? gate.intercept(hop, scope, next) : next(),
  );
  let writer: CassetteWriter;
  try {
    writer = await createCassetteWriter(path, options.replace ?? false);
  } catch (error) {
    stop();
    throw error;
  }
  writer.write(header);
  const tape = new Tape(writer, redaction);
  gate.intercept = tape.intercept;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      stop();
      tape.finish();
      await writer.close();
    })();
    return closing;
  };
  return {
    path,
    get exchanges() {
      return tape.exchanges;
    },
    timers: tape.clock,
    note: (name, value) => tape.note(name, value),
    noteRequest(request) {
      const json = cleanBody(JSON.stringify(request), redaction).toString('utf8');
      tape.note(requestNote, JSON.parse(json));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The name of the notes that hold requests. */
export const requestNote = 'request';

/** Everything that is recorded goes through here. */
class Tape {
  readonly clock: CassetteClock = new CassetteClock();
  readonly #writer: CassetteWriter;
  readonly #redaction: Redaction;
  readonly #startedAt: number = performance.now();
  readonly #open: Set<() => void> = new Set();
  exchanges = 0;

  constructor(writer: CassetteWriter, redaction: Redaction) {
    this.#writer = writer;
    this.#redaction = redaction;
  }

  readonly intercept = async (
    hop: HttpHop,
    scope: CallScope,
    next: () => Promise<HopAnswer>,
  ): Promise<HopAnswer> => {
    this.exchanges += 1;
    const exchange = this.exchanges;
    this.#request(exchange, hop);
    let body: BodyTape | undefined;
    let endedAtMs: number | undefined;
    const write = (how: ExchangeEnd, error?: CassetteError): void => {
      if (!this.#open.delete(finish)) return;
      body?.end();
      const atMs = endedAtMs ?? this.#now();
      this.#writer.write({ type: 'end', exchange, atMs, how, ...(error === undefined ? {} : { error }) });
    };
    const end = (how: ExchangeEnd): void => {
      if (endedAtMs !== undefined) return;
      endedAtMs = this.#now();
      takeBack();
      write(how);
    };
    let failure: unknown;
    const writeFailure = (): void => {
      const told = toldError(failure, this.#redaction);
      const how = scope.error === failure ? 'cancelled' : 'failed';
      write(told === undefined ? 'abandoned' : how, told);
    };
    const failed = (error: unknown): void => {
      if (endedAtMs !== undefined) return;
      endedAtMs = this.#now();
      failure = error;
      // Everybody whom a cancelled call concerns is told in turn; after that the error knows how far the request had come.
      queueMicrotask(writeFailure);
    };
    const finish = (): void => (failure === undefined ? write('abandoned') : writeFailure());
    this.#open.add(finish);
    const takeBack = scope.onCancel(failed);

    const answer = await next().catch((error: unknown) => {
      failed(error);
      throw error;
    });
    this.#redaction.learn(answer.headers);
    this.#writer.write({
      type: 'head',
      exchange,
      atMs: this.#now(),
      status: answer.status,
      headers: this.#redaction.headers(answer.headers),
    });
    body = new BodyTape(this.#redaction, answer.status, ({ atMs, latin1 }) =>
      this.#writer.write({
        type: 'chunk',
        exchange,
        atMs,
        ...asCassetteBytes(Buffer.from(latin1, 'latin1')),
      }),
    );
    const tape = body;
    const took = (chunk: Uint8Array | undefined): Uint8Array | undefined => {
      if (chunk === undefined) end('complete');
      else if (endedAtMs === undefined) tape.add(this.#now(), chunk);
      return chunk;
    };
    const source = answer.body;
    return {
      ...answer,
      body: {
        // Always a promise, as in a replay: a reader may take all that comes without one before it looks at any of it.
        async read() {
          try {
            return took(await source.read());
          } catch (error) {
            failed(error);
            throw error;
          }
        },
        release() {
          source.release();
          end('released');
        },
        abort() {
          source.abort();
          // The stream may be told of a cancelled call before this is, and close its source at once.
          if (scope.error) failed(scope.error);
          else end('left');
        },
      },
    };
  };

  /** A note is no event: the clock stands still. */
  note(name: string, value: unknown): void {
    this.#writer.write({
      type: 'note',
      atMs: this.clock.now(),
      name,
      value: withoutSecrets(value, this.#redaction),
    });
  }

  /** What is still under way ends here for the cassette. */
  finish(): void {
    for (const finish of [...this.#open]) finish();
    this.#writer.write({ type: 'last', exchanges: this.exchanges });
  }

  #request(exchange: number, { method, url, headers, body }: HttpHop): void {
    this.#redaction.learn(headers, url);
    this.#writer.write({
      type: 'request',
      exchange,
      atMs: this.#now(),
      method,
      url: this.#redaction.url(url),
      headers: this.#redaction.headers(headers),
      ...(body === undefined ? {} : { body: asCassetteBytes(cleanBody(body, this.#redaction)) }),
    });
  }

  /** Tenths of a millisecond are enough, and short to write. */
  #now(): number {
    if (!this.clock.isRinging) {
      this.clock.advance(Math.round((performance.now() - this.#startedAt) * 10) / 10);
    }
    return this.clock.now();
  }
}

/** The body of a request without its secrets. */
export function cleanBody(body: string | Uint8Array, redaction: Redaction): Buffer {
  const latin1 = Buffer.from(body as string).toString('latin1');
  return Buffer.from(redaction.bytes(redaction.masked(latin1, 'request'), 'request'), 'latin1');
}

/**
 * The error as it is kept; nothing for one by which the client itself gave up and will do so again. Where a caller's limit of
 * time came as an abort, the limit is what happened.
 */
function toldError(thrown: unknown, redaction: Redaction): CassetteError | undefined {
  if (!ChatError.is(thrown)) return { code: 'internal', message: 'the client failed', sent: 'maybe' };
  const { code, cause } = thrown;
  if (code === 'aborted' && ChatError.is(cause)) {
    return cause.code === 'aborted' ? undefined : toldError(cause, redaction);
  }
  const { sent, status } = thrown;
  const message =
    code === 'aborted'
      ? 'the recording ends here: its caller aborted the call'
      : redaction.text(thrown.message);
  return { code, message, sent, ...(status === undefined ? {} : { status }) };
}

function headerOf(options: RecordOptions, redaction: Redaction): CassetteHeader {
  const { about, packages, redactPrompts } = options;
  return {
    sluice: 'cassette',
    version: cassetteVersion,
    recordedAt: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    packages: { ...ownPackages(), ...packages },
    ...(redactPrompts ? { masked: true } : {}),
    ...(about === undefined
      ? {}
      : { about: withoutSecrets(about, redaction, true) as NonNullable<typeof about> }),
  };
}

function ownPackages(): { readonly [name: string]: string } {
  const load = createRequire(import.meta.url);
  const versions = ['@sluice/core', '@sluice/testkit'].map((name) => {
    const { version } = load(`${name}/package.json`) as { readonly version: string };
    return [name, version] as const;
  });
  return Object.fromEntries(versions);
}

/** An address with a query, which may hold a credential by its name alone. */
const address = /^https?:\/\/\S*\?/;

/** Plain JSON without credentials in its texts and, where that is wanted, without anything under the names of secrets. */
function withoutSecrets(value: unknown, redaction: Redaction, byName = false): unknown {
  const json = JSON.stringify(value, (name, each: unknown) => {
    const isText = typeof each === 'string';
    if (byName && (isText || isFilled(each)) && redaction.isSecret(name)) return redacted;
    if (!isText) return each;
    return address.test(each) ? redaction.url(each) : redaction.text(each);
  });
  return json === undefined ? null : (JSON.parse(json) as unknown);
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
