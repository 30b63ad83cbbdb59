import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { asBytes } from './http-reply.ts';
import { type HeardRequest, HttpRequestReader } from './http-request-reader.ts';
import { type ObservedSocket, type OwnedSocket, observeSocket } from './observed-socket.ts';
import type { Script, Step } from './script.ts';

/** One request and what becomes of it. */
export interface ScriptedExchange extends HeardRequest {
  /** Counted from 1. */
  readonly number: number;
  readonly socket: ObservedSocket;
  /** The origin under which the client knows this upstream: `http://127.0.0.1:4711`. */
  readonly origin: string;
  /** How many bytes were handed to the socket so far. */
  readonly sentBytes: number;
  /** The body as UTF-8. */
  text(): string;
  /** The body as JSON. */
  json(): unknown;
  /** Resolves once the script has come to its end, or the client has gone. */
  readonly ended: Promise<void>;
  /**
   * Resolves once a write waits for the client, and has waited for so many milliseconds: the client has stopped reading.
   * Answers `false` if the script ends first.
   */
  blockedFor(ms: number): Promise<boolean>;
}

/** A server of exact bytes on loopback, for protocols that nobody else speaks. */
export interface ScriptedUpstream extends AsyncDisposable {
  /** `http://127.0.0.1:4711` */
  readonly url: string;
  /** `127.0.0.1:4711` */
  readonly host: string;
  /** What was asked, oldest first. */
  readonly exchanges: readonly ScriptedExchange[];
  /** Every connection that was ever accepted. */
  readonly sockets: readonly ObservedSocket[];
  readonly openSockets: number;
  /** From now on requests are answered so. */
  respond(script: Script): void;
  /** Resolves with the `count`-th request that matches. */
  waitForRequest(count?: number, match?: (exchange: ScriptedExchange) => boolean): Promise<ScriptedExchange>;
  /** Resolves once a connection was accepted. */
  waitForSocket(count?: number): Promise<ObservedSocket>;
  /** Resolves once no connection is open. */
  noSockets(): Promise<void>;
  /** Breaks every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a server on raw sockets which answers each request of HTTP/1.1 with a script: exact bytes, signals, resets, stalls.
 * What is no HTTP is read and never answered.
 *
 * @example
 * await using upstream = await scriptedUpstream([replyHead(200), chunk('data: Hello\n\n'), reset]);
 * const response = await fetch(upstream.url);
 */
export async function scriptedUpstream(script: Script = []): Promise<ScriptedUpstream> {
  let current = script;
  const exchanges: ScriptedExchange[] = [];
  const sockets: OwnedSocket[] = [];
  let watchers: (() => void)[] = [];
  const changed = (): void => {
    const now = watchers;
    watchers = [];
    for (const look of now) look();
  };
  const until = <T>(find: () => T | undefined): Promise<T> => {
    const { promise, resolve } = Promise.withResolvers<T>();
    const look = (): void => {
      const found = find();
      if (found === undefined) watchers.push(look);
      else resolve(found);
    };
    look();
    return promise;
  };

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const owned = observeSocket(socket, sockets.length + 1);
    sockets.push(owned);
    void owned.closed.then(changed);
    // One after the other, as HTTP wants it on one connection.
    let turn = Promise.resolve();
    const reader = new HttpRequestReader((heard) => {
      const { exchange, run } = openExchange(heard, exchanges.length + 1, owned, origin);
      exchanges.push(exchange);
      const chosen = current;
      turn = turn.then(() => run(chosen));
      changed();
    });
    socket.on('data', (bytes) => reader.push(bytes));
    changed();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origin = `http://${host}`;
  const openSockets = (): number => sockets.filter(({ open }) => open).length;
  const close = async (): Promise<void> => {
    for (const owned of sockets) owned.end('destroy');
    await new Promise((resolve) => server.close(resolve));
  };

  return {
    url: origin,
    host,
    exchanges,
    sockets,
    get openSockets() {
      return openSockets();
    },
    respond(next) {
      current = next;
    },
    waitForRequest: (count = 1, match = () => true) => until(() => exchanges.filter(match)[count - 1]),
    waitForSocket: (count = 1) => until(() => sockets[count - 1]),
    noSockets: () => until(() => (openSockets() === 0 ? true : undefined)).then(() => {}),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function openExchange(
  heard: HeardRequest,
  number: number,
  owned: OwnedSocket,
  origin: string,
): { readonly exchange: ScriptedExchange; readonly run: (script: Script) => Promise<void> } {
  const writer = createWriter(owned);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const exchange: ScriptedExchange = {
    ...heard,
    number,
    socket: owned,
    origin,
    ended,
    get sentBytes() {
      return writer.sentBytes();
    },
    text: () => heard.body.toString('utf8'),
    json: () => JSON.parse(heard.body.toString('utf8')) as unknown,
    blockedFor: (ms) => Promise.race([writer.blockedFor(ms), ended.then(() => false)]),
  };
  return {
    exchange,
    async run(script) {
      const steps = typeof script === 'function' ? script(exchange) : script;
      try {
        // Leaving the loop closes a generator, also one whose client has gone.
        for await (const step of steps) {
          if (owned.gone.aborted || !(await perform(step, owned, writer))) break;
        }
      } finally {
        resolve();
      }
    },
  };
}

/** Performs a step; answers whether the script goes on. */
async function perform(step: Step, owned: OwnedSocket, writer: Writer): Promise<boolean> {
  if (typeof step === 'string' || step instanceof Uint8Array) {
    await writer.write(asBytes(step));
    return true;
  }
  switch (step.action) {
    case 'reset':
      owned.end('reset');
      return false;
    case 'half-close':
      owned.end('half-close');
      return false;
    case 'stall':
      await owned.closed;
      return false;
    case 'wait':
      await Promise.race([step.until, owned.closed]);
      return true;
    case 'pause':
      await owned.closedWithin(step.ms);
      return true;
  }
}

interface Writer {
  readonly sentBytes: () => number;
  /** Resolves once the socket takes more, or is gone. */
  write(bytes: Uint8Array): Promise<void>;
  blockedFor(ms: number): Promise<boolean>;
}

function createWriter({ socket, gone, closed }: Pick<OwnedSocket, 'socket' | 'gone' | 'closed'>): Writer {
  let sent = 0;
  let waiting = false;
  const onWaiting: (() => void)[] = [];
  return {
    sentBytes: () => sent,
    async write(bytes) {
      if (gone.aborted || bytes.length === 0) return;
      sent += bytes.length;
      if (socket.write(bytes)) return;
      waiting = true;
      for (const tell of onWaiting.splice(0)) tell();
      await Promise.race([drained(socket), closed]);
      waiting = false;
    },
    async blockedFor(ms) {
      while (!gone.aborted) {
        if (!waiting) await new Promise<void>((resolve) => onWaiting.push(resolve));
        if (await nothingWithin(ms, Promise.race([drained(socket), closed]))) return true;
      }
      return false;
    },
  };
}

/** In how many parts a time is waited for. */
const parts = 10;

/**
 * Whether a promise stays open for so long. A timer alone does not tell: after a busy while it is served before the news of
 * the sockets that came earlier. So the time is cut in parts, with a turn of the loop behind each.
 */
async function nothingWithin(ms: number, news: Promise<unknown>): Promise<boolean> {
  let came = false;
  void news.then(() => {
    came = true;
  });
  for (let part = 0; part < parts && !came; part += 1) {
    const time = Promise.withResolvers<void>();
    const timer = setTimeout(() => setImmediate(time.resolve), ms / parts);
    await Promise.race([time.promise, news]);
    clearTimeout(timer);
  }
  return !came;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('drain', () => resolve()));
}
