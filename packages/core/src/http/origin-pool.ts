import { Client } from 'undici';
import { type Connector, createConnector, type Dial } from './connector.ts';

/** How many idle connections an origin keeps. */
const mostIdle = 64;

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
  readonly #origin: string;
  readonly #proxy: URL | undefined;
  readonly #idle: Connection[] = [];
  readonly #busy: Set<Connection> = new Set();
  #closed = false;

  constructor(origin: string, proxy: URL | undefined) {
    this.#origin = origin;
    this.#proxy = proxy;
  }

  lease(): Lease {
    const connection =
      this.#idle.pop() ?? new Connection(this.#origin, this.#proxy, (gone) => this.#forget(gone));
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
    if (!reusable || this.#closed || connection.gone || this.#idle.length >= mostIdle) connection.destroy();
    else this.#idle.push(connection);
  }

  #forget(connection: Connection): void {
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}

class Connection {
  readonly client: Client;
  /** Its socket was closed: a new call would have to connect again. */
  gone = false;
  #dial: Dial | undefined;

  constructor(origin: string, proxy: URL | undefined, onGone: (self: Connection) => void) {
    const connect: Connector = createConnector(proxy, (dial) => {
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
