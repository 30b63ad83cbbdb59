import { connect, type Socket } from 'node:net';
import { listenRaw } from './raw-server.ts';
import {
  join,
  openEntry,
  resolveTarget,
  type TestProxy,
  type TestProxyOptions,
  type TunnelEntry,
} from './tunnel-log.ts';

/** Options of {@link createSocks5Proxy}. */
export interface Socks5ProxyOptions extends TestProxyOptions {
  /** Refuses every connection with this reply code of RFC 1928, section 6 (2: not allowed, 5: refused). */
  readonly refuse?: number;
}

const VERSION = 5;
const LOGIN_VERSION = 1;
const METHOD_NONE = 0;
const METHOD_LOGIN = 2;
const METHOD_NOT_ACCEPTABLE = 0xff;
const COMMAND_CONNECT = 1;

/** Reply codes of RFC 1928, section 6. */
const REPLY = { granted: 0, unreachable: 4, commandUnknown: 7, addressUnknown: 8 } as const;

/** Reads an exact number of bytes at a time, whatever their packets. Undefined when the client has gone. */
function byteReader(socket: Socket): (count: number) => Promise<Buffer | undefined> {
  return async (count) => {
    for (;;) {
      const bytes = socket.read(count) as Buffer | null;
      // At its end a stream gives what it has, which may be less.
      if (bytes !== null) return bytes.length === count ? bytes : undefined;
      if (socket.destroyed || socket.readableEnded) return undefined;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          for (const event of ['readable', 'end', 'close']) socket.off(event, done);
          resolve();
        };
        for (const event of ['readable', 'end', 'close']) socket.on(event, done);
      });
    }
  };
}

type Read = ReturnType<typeof byteReader>;

async function readSized(read: Read): Promise<Buffer | undefined> {
  const size = await read(1);
  return size === undefined ? undefined : size[0] === 0 ? Buffer.alloc(0) : read(size[0] ?? 0);
}

/** Agrees on a method, and checks user and password (RFC 1929). */
async function greet(
  socket: Socket,
  read: Read,
  credentials: TestProxyOptions['credentials'],
): Promise<boolean> {
  const version = await read(1);
  const methods = await readSized(read);
  if (version?.[0] !== VERSION || methods === undefined) return false;
  const method = credentials === undefined ? METHOD_NONE : METHOD_LOGIN;
  if (!methods.includes(method)) {
    socket.end(Buffer.from([VERSION, METHOD_NOT_ACCEPTABLE]));
    return false;
  }
  socket.write(Buffer.from([VERSION, method]));
  if (credentials === undefined) return true;
  const loginVersion = await read(1);
  const user = await readSized(read);
  const password = await readSized(read);
  const fits =
    loginVersion?.[0] === LOGIN_VERSION &&
    user?.toString() === credentials.user &&
    password?.toString() === credentials.password;
  const answer = Buffer.from([LOGIN_VERSION, fits ? 0 : 1]);
  if (fits) socket.write(answer);
  else socket.end(answer);
  return fits;
}

/** How the three kinds of address are read: IPv4, name, IPv6. */
const ADDRESS_KINDS: Readonly<Record<number, (read: Read) => Promise<string | undefined>>> = {
  1: async (read) => (await read(4))?.join('.'),
  3: async (read) => (await readSized(read))?.toString('latin1'),
  4: async (read) => {
    const bytes = await read(16);
    return bytes && `[${(bytes.toString('hex').match(/.{4}/gu) ?? []).join(':')}]`;
  },
};

function reply(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

async function readTarget(socket: Socket, read: Read): Promise<string | undefined> {
  const head = await read(4);
  if (head === undefined || head[0] !== VERSION) return undefined;
  const readAddress = ADDRESS_KINDS[head[3] ?? 0];
  if (readAddress === undefined) {
    socket.end(reply(REPLY.addressUnknown));
    return undefined;
  }
  const address = await readAddress(read);
  const port = await read(2);
  if (head[1] !== COMMAND_CONNECT) {
    socket.end(reply(REPLY.commandUnknown));
    return undefined;
  }
  return address !== undefined && port !== undefined ? `${address}:${port.readUInt16BE(0)}` : undefined;
}

async function serve(
  socket: Socket,
  options: Socks5ProxyOptions,
  log: TunnelEntry[],
  upstream: Set<Socket>,
): Promise<void> {
  if (options.hang) {
    openEntry(log, 'socks5', '');
    return;
  }
  const read = byteReader(socket);
  if (!(await greet(socket, read, options.credentials))) {
    openEntry(log, 'socks5', '').end(options.credentials === undefined ? 'malformed' : 'unauthorized');
    if (!socket.writableEnded) socket.destroy();
    return;
  }
  const target = await readTarget(socket, read);
  const entry = openEntry(log, 'socks5', target ?? '');
  if (target === undefined) {
    entry.end('malformed');
    if (!socket.writableEnded) socket.destroy();
    return;
  }
  if (options.refuse !== undefined) {
    entry.end('refused');
    socket.end(reply(options.refuse));
    return;
  }
  const remote = connect(resolveTarget(target, options.hosts));
  upstream.add(remote);
  remote.once('close', () => upstream.delete(remote));
  let joined = false;
  remote.on('error', () => {
    if (joined) return;
    entry.end('unreachable');
    socket.end(reply(REPLY.unreachable));
  });
  remote.once('connect', () => {
    joined = true;
    socket.write(reply(REPLY.granted));
    join(socket, remote, entry);
  });
}

/**
 * Starts a SOCKS5 proxy on loopback (RFC 1928 and 1929, CONNECT only). Names are resolved by the proxy.
 * @example
 * await using proxy = await createSocks5Proxy({ hosts: { 'upstream.test': '127.0.0.1:8080' } });
 */
export async function createSocks5Proxy(options: Socks5ProxyOptions = {}): Promise<TestProxy> {
  const log: TunnelEntry[] = [];
  const upstream = new Set<Socket>();
  const server = await listenRaw((socket) => {
    void serve(socket, options, log, upstream);
  });
  const { user, password } = options.credentials ?? { user: '', password: '' };
  const login = user === '' ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const close = async (): Promise<void> => {
    for (const socket of upstream) socket.destroy();
    await server.close();
  };
  return {
    url: `socks5://${server.address}`,
    urlWithCredentials: `socks5://${login}${server.address}`,
    port: server.port,
    log,
    get openSockets() {
      return server.sockets.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
