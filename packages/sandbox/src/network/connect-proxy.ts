import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import {
  join,
  type OpenTunnelEntry,
  openEntry,
  resolveTarget,
  type TestProxy,
  type TestProxyOptions,
  type TunnelEntry,
} from './tunnel-log.ts';

/** Options of {@link createConnectProxy}. */
export interface ConnectProxyOptions extends TestProxyOptions {
  /** Refuses every tunnel with this status. Default: none is refused. */
  readonly refuse?: number;
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Why a request is not let through, if so. */
function refusal(request: IncomingMessage, options: ConnectProxyOptions): number | undefined {
  const { credentials, refuse } = options;
  if (credentials !== undefined && request.headers['proxy-authorization'] !== basic(credentials)) return 407;
  return refuse;
}

function statusLine(status: number): string {
  const challenge = status === 407 ? 'Proxy-Authenticate: Basic realm="sandbox"\r\n' : '';
  return `HTTP/1.1 ${status} Refused by the sandbox\r\n${challenge}Content-Length: 0\r\nConnection: close\r\n\r\n`;
}

const OUTCOMES: Readonly<Record<number, 'unauthorized'>> = { 407: 'unauthorized' };

function tunnel(request: IncomingMessage, client: Socket, head: Buffer, context: Context): void {
  const { options, log, upstream } = context;
  const target = request.url ?? '';
  const entry = openEntry(log, 'connect', target);
  if (options.hang) return;
  const refused = refusal(request, options);
  if (refused !== undefined) {
    entry.end(OUTCOMES[refused] ?? 'refused');
    client.end(statusLine(refused));
    return;
  }
  const socket = connect(resolveTarget(target, options.hosts));
  upstream.add(socket);
  socket.once('close', () => upstream.delete(socket));
  socket.on('error', () => {
    if (!socket.connecting && entry.outcome === 'open' && entry.bytesFromTarget > 0) return;
    entry.end('unreachable');
    client.end(statusLine(502));
  });
  socket.once('connect', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) socket.write(head);
    join(client, socket, entry);
  });
}

/** Headers that concern one connection only (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = ['connection', 'proxy-connection', 'proxy-authorization', 'keep-alive', 'te', 'upgrade'];

function sendForward(
  request: IncomingMessage,
  response: ServerResponse,
  address: URL,
  entry: OpenTunnelEntry,
  { options, upstream }: Context,
): void {
  const { host, port } = resolveTarget(entry.target, options.hosts);
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.includes(name)),
  );
  const outgoing = httpRequest({
    host,
    port,
    method: request.method ?? 'GET',
    path: `${address.pathname}${address.search}`,
    headers,
    agent: false,
  });
  outgoing.on('socket', (socket) => {
    upstream.add(socket);
    socket.once('close', () => upstream.delete(socket));
  });
  outgoing.once('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    incoming.on('data', (chunk: Buffer) => {
      entry.bytesFromTarget += chunk.length;
    });
    incoming.on('error', () => response.destroy());
    incoming.pipe(response);
  });
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else {
      entry.end('unreachable');
      response.writeHead(502).end();
    }
  });
  response.once('close', () => {
    entry.end('closed');
    outgoing.destroy();
  });
  request.on('data', (chunk: Buffer) => {
    entry.bytesFromClient += chunk.length;
  });
  request.pipe(outgoing);
}

function forward(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const url = request.url ?? '';
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const entry = openEntry(
    context.log,
    'forward',
    address ? `${address.hostname}:${address.port || 80}` : url,
  );
  if (context.options.hang) return;
  if (address === undefined) {
    entry.end('malformed');
    response.writeHead(400).end();
    return;
  }
  const refused = refusal(request, context.options);
  if (refused !== undefined) {
    entry.end(OUTCOMES[refused] ?? 'refused');
    response
      .writeHead(refused, refused === 407 ? { 'proxy-authenticate': 'Basic realm="sandbox"' } : {})
      .end();
    return;
  }
  sendForward(request, response, address, entry, context);
}

interface Context {
  readonly options: ConnectProxyOptions;
  readonly log: TunnelEntry[];
  readonly upstream: Set<Socket>;
}

/**
 * Starts an HTTP proxy on loopback. It tunnels with CONNECT, and forwards plain HTTP requests that name their
 * whole address.
 * @example
 * await using proxy = await createConnectProxy({ credentials: { user: 'u', password: 'p' } });
 * await provider.stream(request, { proxy: proxy.urlWithCredentials });
 * expect(proxy.log).toMatchObject([{ kind: 'connect', outcome: 'closed' }]);
 */
export async function createConnectProxy(options: ConnectProxyOptions = {}): Promise<TestProxy> {
  const context: Context = { options, log: [], upstream: new Set() };
  const clients = new Set<Socket>();
  const server = createServer((request, response) => forward(request, response, context));
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    tunnel(request, socket, head, context),
  );
  server.on('connection', (socket) => {
    clients.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => clients.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const { user, password } = options.credentials ?? { user: '', password: '' };
  const login = user === '' ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const close = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    for (const socket of [...clients, ...context.upstream]) socket.destroy();
    return promise;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    urlWithCredentials: `http://${login}127.0.0.1:${port}`,
    port,
    log: context.log,
    get openSockets() {
      return clients.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
