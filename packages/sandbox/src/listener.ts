import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A listening HTTP server that knows its sockets. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`, without a slash at the end. */
  readonly origin: string;
  readonly sockets: ReadonlySet<Socket>;
  /** Stops listening and ends every socket at once. */
  close(): Promise<void>;
}

/** Bytes of request headers that are read: more than any client sends, less than a flood. */
const MAX_HEADER_BYTES = 64 * 1024;

/** An address as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Listens. Port 0 takes any free port. */
export async function listen(
  where: { readonly host: string; readonly port: number },
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  onSocketChange: () => void,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, noDelay: true }, handle);
  server.on('connection', (socket) => {
    sockets.add(socket);
    onSocketChange();
    socket.once('close', () => {
      sockets.delete(socket);
      onSocketChange();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: where.host,
    port,
    origin: `http://${urlHost(where.host)}:${port}`,
    sockets,
    close: () => closeServer(server, sockets),
  };
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  for (const socket of sockets) socket.destroy();
  return promise;
}
