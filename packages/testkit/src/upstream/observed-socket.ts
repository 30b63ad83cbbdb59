import type { Socket } from 'node:net';

/** A connection as the upstream sees it. */
export interface ObservedSocket {
  /** Counted from 1, in the order in which they were accepted. */
  readonly number: number;
  readonly open: boolean;
  /** Resolves once it is closed, with who closed it. A half that the client has closed counts as closed. */
  readonly closed: Promise<'client' | 'server'>;
  /** Whether it is closed within so many milliseconds; answers as soon as that is known. */
  closedWithin(ms: number): Promise<boolean>;
}

/** The upstream's own side of it. */
export interface OwnedSocket extends ObservedSocket {
  readonly socket: Socket;
  /** Aborted when it is closed. */
  readonly gone: AbortSignal;
  /** Closes it: with a reset, at once, or after what was written. */
  end(how: 'reset' | 'destroy' | 'half-close'): void;
}

/** Watches a socket. */
export function observeSocket(socket: Socket, number: number): OwnedSocket {
  const gone = new AbortController();
  const { promise: closed, resolve } = Promise.withResolvers<'client' | 'server'>();
  let ours = false;
  const settle = (): void => {
    resolve(ours ? 'server' : 'client');
    gone.abort();
  };
  socket.setNoDelay(true);
  // A connection that breaks is what tests are about: its error is in `closed`.
  socket.on('error', () => {});
  socket.on('close', settle);
  socket.on('end', () => {
    settle();
    socket.destroy();
  });
  return {
    number,
    socket,
    gone: gone.signal,
    closed,
    get open() {
      return !gone.signal.aborted;
    },
    async closedWithin(ms) {
      const late = Promise.withResolvers<false>();
      const timer = setTimeout(() => late.resolve(false), ms);
      try {
        return await Promise.race([closed.then(() => true), late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    end(how) {
      ours = true;
      if (how === 'reset') socket.resetAndDestroy();
      else if (how === 'destroy') socket.destroy();
      else socket.end();
    },
  };
}
