import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port that leads to another one and can be shut: then it refuses, and what was open is reset. */
export interface FlappingAddress {
  readonly port: number;
  readonly isOpen: boolean;
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function flappingAddress(to: number): Promise<FlappingAddress> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const relay = (client: Socket): void => {
    const upstream = connect(to, '127.0.0.1');
    for (const socket of [client, upstream]) keep(socket);
    client.pipe(upstream);
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  };
  let server: Server | undefined;
  const listen = async (port: number): Promise<number> => {
    server = createServer(relay).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    port,
    get isOpen() {
      return server !== undefined;
    },
    async shut() {
      const closing = server;
      server = undefined;
      for (const socket of sockets) socket.resetAndDestroy();
      if (closing) await new Promise((resolve) => closing.close(resolve));
    },
    async open() {
      if (!server) await listen(port);
    },
  };
}
