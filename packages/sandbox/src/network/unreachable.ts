import { listenRaw, type RawServer } from './raw-server.ts';

/** A server that cannot be talked to. */
export interface UnreachableServer extends AsyncDisposable {
  /** Its base URL. */
  readonly url: string;
  /** How many connections are open now. */
  readonly openSockets: number;
  close(): Promise<void>;
}

function unreachable(server: RawServer, scheme: 'http' | 'https'): UnreachableServer {
  return {
    url: `${scheme}://${server.address}`,
    get openSockets() {
      return server.sockets.size;
    },
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
}

/** Starts a server that accepts connections, reads what comes and never answers. */
export async function createBlackhole(): Promise<UnreachableServer> {
  return unreachable(await listenRaw((socket) => socket.resume()), 'http');
}

/** A TLS alert record: fatal, handshake failure (RFC 8446, section 6). */
const HANDSHAKE_FAILURE = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);

/** Starts a server whose TLS handshake always fails: it answers the first record with a fatal alert. */
export async function createBrokenTlsServer(): Promise<UnreachableServer> {
  const server = await listenRaw((socket) => socket.once('data', () => socket.end(HANDSHAKE_FAILURE)));
  return unreachable(server, 'https');
}

/**
 * A base URL at which nobody listens: a port that was free a moment ago. Connections to it are refused unless
 * another process takes the port in between.
 */
export async function refusedAddress(): Promise<string> {
  const server = await listenRaw(() => {});
  await server.close();
  return `http://${server.address}`;
}
