import type { Socket } from 'node:net';
import { connect as netConnect } from 'node:net';
import { buildConnector, Client } from 'undici';
import { ChatError } from '../chat-error.ts';
import { requestSocksTunnel } from './socks5.ts';
import { withoutReceived } from './transport-error.ts';

/** What undici asks a connector for. */
export type Connector = buildConnector.connector;
type ConnectOptions = buildConnector.Options;
type ConnectCallback = buildConnector.Callback;

/** A connection that is being opened, so that whoever waits for it can give up and close its socket. */
export interface Dial {
  /** Closes what is open so far; the connector then fails with this error. */
  abort(error: Error): void;
  /** Whether anything that was written still waits to be sent. */
  hasUnsent(): boolean;
}

/** Opens plain and TLS sockets, and remembers TLS sessions: one for all connections of a pool. */
export function createDialer(): Connector {
  return buildConnector({ timeout: 0, allowH2: false, keepAlive: true });
}

/**
 * Opens sockets, directly or through a proxy, and reports each dial as it begins: the only way to close a socket that is
 * still connecting when its call is cancelled. undici's own connect timeout is off; the call's scope has it.
 */
export function createConnector(
  direct: Connector,
  proxy: URL | undefined,
  onDial: (dial: Dial) => void,
): Connector {
  return (options, callback) => {
    if (!proxy) {
      dialDirect(direct, options, callback, onDial);
      return;
    }
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
    const open = proxy.protocol.startsWith('socks') ? openSocksTunnel : openHttpTunnel;
    const abort = new AbortController();
    onDial({ abort: (error) => abort.abort(error), hasUnsent: () => false });
    open(proxy, options.hostname, port, abort.signal).then(
      (socket) => {
        if (abort.signal.aborted) {
          socket.destroy();
          callback(abort.signal.reason as Error, null);
        } else if (options.protocol === 'https:') {
          dialDirect(direct, { ...options, httpSocket: socket }, callback, onDial);
        } else {
          onDial(dialOf(socket));
          callback(null, socket);
        }
      },
      (error: Error) => callback(error, null),
    );
  };
}

function dialDirect(
  direct: Connector,
  options: ConnectOptions,
  callback: ConnectCallback,
  onDial: (dial: Dial) => void,
): void {
  // buildConnector returns the socket that it is opening; its type leaves that out.
  onDial(dialOf(direct(options, callback) as unknown as Socket));
}

function dialOf(socket: Socket): Dial {
  return { abort: (error) => void socket.destroy(error), hasUnsent: () => socket.writableLength > 0 };
}

/** `CONNECT host:port` at an HTTP proxy (RFC 9110, section 9.3.6). */
async function openHttpTunnel(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const direct = createDialer();
  let dial: Dial | undefined;
  const connect: Connector = (options, callback) => {
    if (signal.aborted) callback(signal.reason as Error, null);
    else dialDirect(direct, options, callback, (opening) => (dial = opening));
  };
  const client = new Client(proxy.origin, { headersTimeout: 0, connect });
  // Destroying a client leaves alone what it is still connecting.
  const abort = (): void => dial?.abort(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    const { socket, statusCode } = await client.connect({
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      signal,
    });
    if (statusCode === 200) return socket as Socket;
    socket.destroy();
    const hint =
      statusCode === 407 ? '; it wants a user name and password (http://user:password@host:port)' : '';
    throw new ChatError('network', `the proxy ${proxy.host} refused the connection (${statusCode})${hint}`);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (ChatError.is(error)) throw error;
    throw proxyError(proxy, error);
  } finally {
    signal.removeEventListener('abort', abort);
    // The tunnel's socket has left the client: closing it touches only what failed.
    void client.destroy().catch(() => {});
  }
}

/** SOCKS5, the target's name resolved by the proxy. */
async function openSocksTunnel(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = netConnect({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: Number(proxy.port || 1080),
    noDelay: true,
  });
  const abort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    await requestSocksTunnel(socket, { host, port }, loginOf(proxy));
    return socket;
  } catch (error) {
    socket.on('error', () => {}).destroy();
    if (signal.aborted) throw signal.reason;
    if (ChatError.is(error)) throw error;
    throw proxyError(proxy, error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function loginOf(proxy: URL): { readonly user: string; readonly password: string } | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined;
  return { user: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) };
}

function proxyAuthorization(proxy: URL): { 'proxy-authorization'?: string } {
  const login = loginOf(proxy);
  if (!login) return {};
  const pair = `${login.user}:${login.password}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Names the proxy without its user name and password. */
function proxyError(proxy: URL, cause: unknown): ChatError {
  const { code, message } = cause as { code?: string; message?: string };
  // A code is of the socket to the proxy itself; what the proxy says of the target comes in words.
  const what =
    code === undefined
      ? `could not connect: ${message ?? 'no reason given'}`
      : `cannot be reached (${code}); check its address`;
  return new ChatError('network', `the proxy ${proxy.host} ${what}`, { cause: withoutReceived(cause) });
}
