import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** An HTTP proxy on loopback that tells what it was asked for. */
export interface ConnectProxy extends AsyncDisposable {
  /** `http://127.0.0.1:4711` */
  readonly url: string;
  /** `127.0.0.1:4711` */
  readonly host: string;
  /** Where it was asked to go, as `host:port`, oldest first. */
  readonly targets: readonly string[];
}

/** The longest head that a proxy reads, in bytes. */
const longestHead = 32 * 1024;

/**
 * Starts a proxy for plain HTTP: tunnels (`CONNECT host:port`) and requests for a whole address (`GET http://host:port/path`).
 * With `refuse` it answers each with that status instead.
 */
export async function connectProxy(options: { readonly refuse?: number } = {}): Promise<ConnectProxy> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const goOn = (client: Socket, head: string, rest: Buffer): void => {
    const [, method = '', address = '', version = ''] = /^(\S+) (\S+) (HTTP\/1\.[01])\r\n/.exec(head) ?? [];
    const url = URL.parse(method === 'CONNECT' ? `http://${address}` : address);
    if (!url) {
      client.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    targets.push(url.host);
    if (options.refuse !== undefined) {
      client.end(`HTTP/1.1 ${options.refuse} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    const target = keep(connect(Number(url.port || 80), url.hostname));
    target.once('connect', () => {
      if (method === 'CONNECT') client.write('HTTP/1.1 200 Connected\r\n\r\n');
      else
        target.write(`${method} ${url.pathname}${url.search} ${version}${head.slice(head.indexOf('\r\n'))}`);
      target.write(rest);
      client.pipe(target).pipe(client);
    });
    // Whoever goes first takes the other along.
    target.on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    let heard = Buffer.alloc(0);
    const listen = (bytes: Buffer): void => {
      heard = Buffer.concat([heard, bytes]);
      const end = heard.indexOf('\r\n\r\n') + 4;
      if (end < 4 && heard.length < longestHead) return;
      client.off('data', listen).pause();
      goOn(client, heard.toString('latin1', 0, end), heard.subarray(end));
    };
    client.on('data', listen);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    targets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
