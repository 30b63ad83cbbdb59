import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A wire between a client and an upstream that counts what comes back, and keeps nothing. */
export interface Relay extends AsyncDisposable {
  /** The upstream's address, by way of the relay. */
  readonly url: string;
  /** Resolves once nothing has come from the upstream for a while, with how many bytes came so far. */
  standstill(): Promise<number>;
}

const quietMs = 150;

export async function openRelay(target: string): Promise<Relay> {
  const upstream = new URL(target);
  let bytes = 0;
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer((client) => {
    const onward = connect(Number(upstream.port), upstream.hostname);
    for (const socket of [client, onward]) {
      sockets.add(socket);
      // A connection that breaks is news for the other side only.
      socket.on('error', () => {});
    }
    client.on('close', () => onward.destroy());
    onward.on('close', () => client.destroy());
    onward.on('data', (chunk) => {
      bytes += chunk.length;
    });
    client.pipe(onward);
    onward.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href.replace(/\/$/, ''),
    async standstill() {
      for (let before = -1; before !== bytes || bytes === 0; ) {
        before = bytes;
        await pause(quietMs);
      }
      return bytes;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
