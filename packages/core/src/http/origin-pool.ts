import { Client } from 'undici';
import { type Connector, createConnector, createDialer, type Dial } from './connector.ts';

/**
 * How many idle connections an origin keeps; undici closes them when they have been idle for some seconds. Where a thousand
 * answers end together, closing their sockets and opening others for the next ones costs a fifth of all work.
 */
const mostIdle = 1_024;

/** The most that a response's headers may have, in bytes. */
const maxHeaderBytes = 32 * 1024;

/** One connection of a pool, lent to one call at a time. */
export interface Lease {
  readonly client: Client;
  /** Ends the call: closes the socket, also one that is still connecting. */
  abort(error: Error): void;
  /** Gives the connection back once its response was read to the end, or breaks it where it was not. */
  release(reusable: boolean): void;
}

/**
 * The connections to one origin (through one proxy). undici's Client speaks HTTP; what it leaves to its user is here: which
 * connection a call gets (the one used last, since it is the warmest), and closing a socket that is still connecting, which
 * undici's own Pool cannot do for a single call.
 */
export class OriginPool {
  readonly #origin: URL;
  readonly #proxy: URL | undefined;
  readonly #dialer: Connector = createDialer();
  readonly #idle: Connection[] = [];
  readonly #busy: Set<Connection> = new Set();
  readonly #onEmpty: () => void;
  #closed = false;

  /** `onEmpty` is called whenever its last connection has gone. */
  constructor(origin: string, proxy: URL | undefined, onEmpty: () => void) {
    // Read once: each client would otherwise make an address of its own.
    this.#origin = new URL(origin);
    this.#proxy = proxy;
    this.#onEmpty = onEmpty;
  }

  lease(): Lease {
    const connection =
      this.#idle.pop() ??
      new Connection(this.#origin, this.#dialer, this.#proxy, (gone) => this.#forget(gone));
    this.#busy.add(connection);
    return {
      client: connection.client,
      abort: (error) => connection.abort(error),
      release: (reusable) => this.#release(connection, reusable),
    };
  }

  /** Closes the idle connections, and the others as they are released. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  #release(connection: Connection, reusable: boolean): void {
    if (!this.#busy.delete(connection)) return;
    const full = this.#closed || this.#idle.length >= mostIdle;
    // An answer may come before its request was read: the rest of that would stand before the next one.
    if (!reusable || full || connection.gone || connection.hasUnsent()) connection.destroy();
    else this.#idle.push(connection);
    this.#tellIfEmpty();
  }

  #forget(connection: Connection): void {
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#tellIfEmpty();
  }

  #tellIfEmpty(): void {
    if (this.#idle.length === 0 && this.#busy.size === 0) this.#onEmpty();
  }
}

class Connection {
  readonly client: Client;
  /** Its socket was closed: a new call would have to connect again. */
  gone = false;
  #dial: Dial | undefined;

  constructor(origin: URL, dialer: Connector, proxy: URL | undefined, onGone: (self: Connection) => void) {
    const connect: Connector = createConnector(dialer, proxy, (dial) => {
      this.#dial = dial;
    });
    this.client = new Client(origin, {
      connect,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: maxHeaderBytes,
    });
    const ended = (): void => {
      this.gone = true;
      onGone(this);
    };
    this.client.on('disconnect', ended);
    this.client.on('connectionError', ended);
  }

  hasUnsent(): boolean {
    return this.#dial?.hasUnsent() ?? false;
  }

  abort(error: Error): void {
    this.gone = true;
    this.#dial?.abort(error);
    this.destroy(error);
  }

  destroy(error?: Error): void {
    this.gone = true;
    void this.client.destroy(error ?? null).catch(() => {});
  }
}
