import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../create-sandbox.ts';
import { send } from '../raw-client.fixture.ts';
import { createConnectProxy } from './connect-proxy.ts';
import { createSocks5Proxy } from './socks5-proxy.ts';
import type { TestProxy } from './tunnel-log.ts';
import { createBlackhole, createBrokenTlsServer, refusedAddress } from './unreachable.ts';

function hostOf(url: string): string {
  return new URL(url).host;
}

/** Opens a tunnel with CONNECT; gives the status and the socket. */
async function tunnel(
  proxy: TestProxy,
  target: string,
  headers = {},
): Promise<{ status: number; socket: Socket }> {
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port: proxy.port,
    method: 'CONNECT',
    path: target,
    headers,
    agent: false,
  });
  outgoing.end();
  const [answer, socket] = (await once(outgoing, 'connect')) as [{ statusCode: number }, Socket];
  return { status: answer.statusCode, socket };
}

/** Sends bytes and reads until the other side closes. */
async function talk(socket: Socket, ...writes: readonly (string | Buffer)[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  for (const bytes of writes) socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(parts);
}

const GET = 'GET /v1/models HTTP/1.1\r\nhost: upstream\r\nconnection: close\r\n\r\n';
const BASIC = { 'proxy-authorization': `Basic ${Buffer.from('user:pass word').toString('base64')}` };
const CREDENTIALS = { user: 'user', password: 'pass word' };

describe('the CONNECT proxy', () => {
  it('tunnels to a server, under a name that only it knows, and logs the bytes', async () => {
    await using sandbox = await createSandbox();
    await using proxy = await createConnectProxy({ hosts: { 'upstream.test': hostOf(sandbox.urls.openai) } });
    const { status, socket } = await tunnel(proxy, 'upstream.test:80');
    expect(status).toBe(200);
    const answer = (await talk(socket, GET)).toString();
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(proxy.log).toMatchObject([{ kind: 'connect', target: 'upstream.test:80', outcome: 'closed' }]);
    expect(proxy.log[0]?.bytesFromClient).toBe(GET.length);
    expect(proxy.log[0]?.bytesFromTarget).toBe(Buffer.byteLength(answer));
  });

  it('asks for credentials', async () => {
    await using sandbox = await createSandbox();
    await using proxy = await createConnectProxy({ credentials: CREDENTIALS });
    const target = hostOf(sandbox.urls.openai);
    expect((await tunnel(proxy, target)).status).toBe(407);
    const { status, socket } = await tunnel(proxy, target, BASIC);
    expect(status).toBe(200);
    socket.destroy();
    expect(proxy.log.map(({ outcome }) => outcome)).toEqual(['unauthorized', 'open']);
    expect(new URL(proxy.urlWithCredentials).password).toBe('pass%20word');
  });

  it('refuses what it is told to refuse, and says so when a target is not there', async () => {
    await using refusing = await createConnectProxy({ refuse: 403 });
    expect((await tunnel(refusing, 'anywhere:80')).status).toBe(403);
    await using proxy = await createConnectProxy();
    expect((await tunnel(proxy, hostOf(await refusedAddress()))).status).toBe(502);
    expect(proxy.log[0]?.outcome).toBe('unreachable');
  });

  it('forwards plain requests that name their whole address, without its own headers', async () => {
    await using sandbox = await createSandbox();
    await using proxy = await createConnectProxy({ credentials: CREDENTIALS });
    const options = {
      host: '127.0.0.1',
      port: proxy.port,
      path: `${sandbox.urls.openai}/models`,
      headers: BASIC,
      agent: false,
    };
    const outgoing = httpRequest(options);
    outgoing.end();
    const [incoming] = await once(outgoing, 'response');
    incoming.resume();
    expect(incoming.statusCode).toBe(200);
    expect(sandbox.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(proxy.log).toMatchObject([{ kind: 'forward', target: hostOf(sandbox.urls.openai) }]);
  });

  it('ends both sides when the client leaves', async () => {
    await using sandbox = await createSandbox();
    await using proxy = await createConnectProxy();
    const { socket } = await tunnel(proxy, hostOf(sandbox.urls.openai));
    await sandbox.waitUntil(() => sandbox.openSockets === 1);
    socket.destroy();
    await sandbox.waitUntil(() => sandbox.openSockets === 0);
    expect(await proxy.log[0]?.ended).toBe('closed');
  });
});

describe('the SOCKS5 proxy', () => {
  const greeting = Buffer.from([5, 1, 0]);
  const byName = (name: string, port: number): Buffer =>
    Buffer.concat([
      Buffer.from([5, 1, 0, 3, name.length]),
      Buffer.from(name),
      Buffer.from([port >> 8, port & 255]),
    ]);
  const login = (user: string, password: string): Buffer =>
    Buffer.concat([
      Buffer.from([1, user.length]),
      Buffer.from(user),
      Buffer.from([password.length]),
      Buffer.from(password),
    ]);

  it('connects by name, which it resolves itself', async () => {
    await using sandbox = await createSandbox();
    await using proxy = await createSocks5Proxy({ hosts: { 'upstream.test': hostOf(sandbox.urls.openai) } });
    const socket = connect(proxy.port, '127.0.0.1');
    const answer = await talk(socket, greeting, byName('upstream.test', 80), GET);
    expect([...answer.subarray(0, 4)]).toEqual([5, 0, 5, 0]);
    expect(answer.toString()).toContain('HTTP/1.1 200 OK');
    expect(proxy.log).toMatchObject([{ kind: 'socks5', target: 'upstream.test:80', outcome: 'closed' }]);
  });

  it('connects by IPv4 address, byte by byte', async () => {
    await using sandbox = await createSandbox();
    await using proxy = await createSocks5Proxy();
    const port = Number(new URL(sandbox.urls.openai).port);
    const address = Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255]);
    const bytes = [...greeting, ...address].map((byte) => Buffer.from([byte]));
    const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
    expect((await talk(socket, ...bytes, GET)).toString()).toContain('HTTP/1.1 200 OK');
  });

  it('checks user and password', async () => {
    await using sandbox = await createSandbox();
    await using proxy = await createSocks5Proxy({ credentials: CREDENTIALS });
    const offer = Buffer.from([5, 1, 2]);
    const target = byName('127.0.0.1', Number(new URL(sandbox.urls.openai).port));
    const open = (): Socket => connect(proxy.port, '127.0.0.1');
    expect([...(await talk(open(), greeting))]).toEqual([5, 0xff]);
    expect([...(await talk(open(), offer, login('user', 'wrong')))]).toEqual([5, 2, 1, 1]);
    expect((await talk(open(), offer, login('user', 'pass word'), target, GET)).toString()).toContain(
      '200 OK',
    );
    expect(proxy.log.map(({ outcome }) => outcome)).toEqual(['unauthorized', 'unauthorized', 'closed']);
  });

  it('refuses with the code it was told, and says so when a target is not there', async () => {
    await using refusing = await createSocks5Proxy({ refuse: 2 });
    const refused = await talk(connect(refusing.port, '127.0.0.1'), greeting, byName('anywhere', 80));
    expect(refused[3]).toBe(2);
    await using proxy = await createSocks5Proxy();
    const target = byName('127.0.0.1', Number(new URL(await refusedAddress()).port));
    const missing = await talk(connect(proxy.port, '127.0.0.1'), greeting, target);
    expect(missing[3]).toBe(4);
    expect([refusing.log[0]?.outcome, proxy.log[0]?.outcome]).toEqual(['refused', 'unreachable']);
  });
});

describe('servers that cannot be talked to', () => {
  it('accept and never answer', async () => {
    await using blackhole = await createBlackhole();
    const socket = connect(Number(new URL(blackhole.url).port), '127.0.0.1');
    // What is left unread when the server goes makes it reset the connection.
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(GET);
    await expect.poll(() => blackhole.openSockets).toBe(1);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await blackhole.close();
    await closed;
    expect(socket.bytesRead).toBe(0);
  });

  it('refuse the connection', async () => {
    await expect(send(await refusedAddress())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('fail the TLS handshake', async () => {
    await using server = await createBrokenTlsServer();
    const socket = tlsConnect(Number(new URL(server.url).port), '127.0.0.1', { rejectUnauthorized: false });
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/handshake failure/u);
  });
});
