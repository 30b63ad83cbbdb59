import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';

/** A real server on loopback for one test, which tells what it saw. */
export interface LocalServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  readonly openSockets: ReadonlySet<Socket>;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  /** Resolves once no socket is open any more. */
  noSockets(): Promise<void>;
}

type Handler = (request: IncomingMessage & { text: string }, response: ServerResponse) => unknown;

export async function localServer(handler: Handler): Promise<LocalServer> {
  const requests: LocalServer['requests'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      void handler(Object.assign(request, { text: body }), response);
    });
  });
  return watched(server, requests);
}

/** A server of bytes: for everything that is not HTTP. */
export async function rawServer(onSocket: (socket: Socket) => void): Promise<LocalServer> {
  return watched(createNetServer(onSocket), []);
}

async function watched(server: Server | NetServer, requests: LocalServer['requests']): Promise<LocalServer> {
  const openSockets = new Set<Socket>();
  let waiting: (() => void)[] = [];
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    openSockets.add(socket);
    socket.on('error', () => {});
    // Without a reader a socket would never notice that the other side has closed.
    socket.resume();
    socket.on('close', () => {
      openSockets.delete(socket);
      if (openSockets.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    openSockets,
    accepted: () => accepted,
    noSockets: () =>
      openSockets.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      for (const socket of openSockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
