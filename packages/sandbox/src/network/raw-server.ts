import { type AddressInfo, createServer, type Socket } from 'node:net';
import { urlHost } from '../listener.ts';

/** A TCP server that knows its sockets. */
export interface RawServer {
  readonly host: string;
  readonly port: number;
  /** `host:port` as it stands in a URL. */
  readonly address: string;
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** Listens on a free port of a loopback address. */
export async function listenRaw(handle: (socket: Socket) => void, host = '127.0.0.1'): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // A client that resets its connection must not end the process.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    host,
    port,
    address: `${urlHost(host)}:${port}`,
    sockets,
    close: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
      return promise;
    },
  };
}
