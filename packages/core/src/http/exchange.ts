import type { Dispatcher } from 'undici';
import type { CallScope } from '../call-scope.ts';
import { ChatError, type Sent } from '../chat-error.ts';
import type { HttpHead } from './http-message.ts';
import type { Lease } from './origin-pool.ts';
import { transportError } from './transport-error.ts';

/** How much is read ahead of the reader, in bytes, before the socket is paused. */
const readAheadBytes = 64 * 1024;

/** How much, and for how long, a finished answer's connection may still talk before it is closed instead of kept. */
const lingerBytes = 16 * 1024;
const lingerMs = 100;

/** One request and its response on one connection: undici's callbacks on one side, pulled bytes on the other. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly head: Promise<Omit<HttpHead, 'url'>>;
  readonly #scope: CallScope;
  readonly #lease: Lease;
  readonly #host: string;
  readonly #takeBackCancel: () => void;
  #resolveHead!: (head: Omit<HttpHead, 'url'>) => void;
  #rejectHead!: (error: ChatError) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #sent: Sent = 'no';
  #state: 'open' | 'ended' | 'failed' = 'open';
  #error: ChatError | undefined;
  #waiter:
    | { resolve: (chunk: Uint8Array | undefined) => void; reject: (error: ChatError) => void }
    | undefined;
  #lingering: NodeJS.Timeout | undefined;
  #lingeredBytes = 0;

  constructor(scope: CallScope, lease: Lease, host: string) {
    this.#scope = scope;
    this.#lease = lease;
    this.#host = host;
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    // A head that nobody awaits any more must not count as an unhandled rejection.
    this.head.catch(() => {});
    scope.connecting();
    this.#takeBackCancel = scope.onCancel((error) => {
      if (error.code !== 'connect-timeout') error.sent = this.#sent;
      this.#fail(error);
    });
  }

  read(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#bytes -= chunk.length;
      if (this.#bytes < readAheadBytes && this.#controller?.paused) this.#controller.resume();
      return chunk;
    }
    if (this.#state === 'ended') return undefined;
    if (this.#state === 'failed') return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  release(): void {
    if (this.#state !== 'open' || this.#lingering) return;
    this.#chunks = [];
    // The call is over for its scope; from here on only this timer watches the connection.
    this.#takeBackCancel();
    this.#lingering = setTimeout(() => this.abort(), lingerMs);
    this.#lingering.unref();
    this.#controller?.resume();
  }

  abort(): void {
    this.#fail(new ChatError('aborted', 'the response was not read to its end', { sent: 'yes' }));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#error) {
      controller.abort(this.#error);
      return;
    }
    this.#sent = 'maybe';
    this.#scope.connected();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: { readonly [name: string]: string | string[] | undefined },
  ): void {
    if (status < 200) return;
    this.#sent = 'yes';
    const flat: { [name: string]: string | undefined } = {};
    for (const name in headers) {
      const value = headers[name];
      flat[name] = Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value;
    }
    this.#resolveHead({ status, headers: flat });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#lingering) {
      this.#lingeredBytes += chunk.length;
      if (this.#lingeredBytes > lingerBytes) this.abort();
      return;
    }
    const waiter = this.#waiter;
    if (waiter) {
      this.#waiter = undefined;
      waiter.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= readAheadBytes) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#settle(true);
    this.#waiter?.resolve(undefined);
    this.#waiter = undefined;
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(transportError(error, this.#host, this.#sent));
  }

  #fail(error: ChatError): void {
    if (this.#state !== 'open') return;
    this.#state = 'failed';
    this.#error = error;
    this.#settle(false);
    this.#lease.abort(error);
    this.#rejectHead(error);
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  /** The exchange is over: nothing of it stays registered. */
  #settle(reusable: boolean): void {
    clearTimeout(this.#lingering);
    this.#takeBackCancel();
    this.#lease.release(reusable);
  }
}
