import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { chunk, lastChunk, reply, replyHead } from './http-reply.ts';
import { halfClose, reset, type Step, stall, waitFor } from './script.ts';
import { scriptedUpstream } from './scripted-upstream.ts';

/** A bare connection to an upstream: nothing between the test and the bytes. */
async function client(host: string): Promise<Socket> {
  const [name, port] = host.split(':');
  const socket = connect(Number(port), name).on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const get = 'GET /things?of=mine HTTP/1.1\r\nHost: here\r\n\r\n';

/** Everything that comes until the other side closes. */
async function all(socket: Socket): Promise<string> {
  let text = '';
  for await (const bytes of socket) text += (bytes as Buffer).toString();
  return text;
}

test('exactly the bytes of the script go out', async () => {
  await using upstream = await scriptedUpstream(['SSH-2.0', Uint8Array.of(13, 10), halfClose]);
  const socket = await client(upstream.host);
  socket.write(get);
  expect(await all(socket)).toBe('SSH-2.0\r\n');
});

test('a request is heard whole, in any pieces, with a length or in chunks, one after the other', async () => {
  await using upstream = await scriptedUpstream(reply(200, 'ok'));
  const socket = await client(upstream.host);
  const sized = 'POST /one HTTP/1.1\r\nContent-Length: 4\r\nX-Thing: a: b\r\n\r\nfour';
  const chunked = 'POST /two HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
  for (const byte of Buffer.from(sized)) socket.write(Uint8Array.of(byte));
  socket.write(chunked + get);
  await upstream.waitForRequest(3);
  expect(upstream.exchanges.map(({ method, path, body }) => [method, path, body.toString()])).toEqual([
    ['POST', '/one', 'four'],
    ['POST', '/two', 'abcde'],
    ['GET', '/things?of=mine', ''],
  ]);
  expect(upstream.exchanges[0]?.headers['x-thing']).toBe('a: b');
  expect(upstream.sockets).toHaveLength(1);
  socket.destroy();
});

test('a client of HTTP reads its answers, chunk by chunk, on one connection', async () => {
  const first = Promise.withResolvers<void>();
  await using upstream = await scriptedUpstream(async function* ({ number }): AsyncIterable<Step> {
    yield replyHead(201, { 'x-number': String(number) });
    yield chunk('one ');
    if (number === 1) await first.promise;
    yield chunk('');
    yield chunk('two');
    yield lastChunk;
  });
  const response = await fetch(upstream.url);
  const reader = response.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one ');
  first.resolve();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('two');
  expect((await reader?.read())?.done).toBe(true);
  const second = await fetch(upstream.url);
  expect([second.status, second.headers.get('x-number'), await second.text()]).toEqual([201, '2', 'one two']);
});

test('a reset is a reset, and counts as closed by the server', async () => {
  await using upstream = await scriptedUpstream([replyHead(200), chunk('one'), reset, 'never']);
  const response = await fetch(upstream.url).catch((error: unknown) => error);
  const failure =
    response instanceof Response ? await response.text().catch((error: unknown) => error) : response;
  expect(failure).toBeInstanceOf(Error);
  expect(await upstream.sockets[0]?.closed).toBe('server');
});

test('what is no HTTP is never answered, and its leaving is seen', async () => {
  await using upstream = await scriptedUpstream(reply(200));
  const socket = await client(upstream.host);
  socket.write(Uint8Array.of(22, 3, 1, 0, 200));
  const seen = await upstream.waitForSocket();
  expect([seen.open, await seen.closedWithin(1), upstream.exchanges.length]).toEqual([true, false, 0]);
  socket.destroy();
  expect(await seen.closed).toBe('client');
  expect([seen.open, await seen.closedWithin(1)]).toEqual([false, true]);
  await upstream.noSockets();
  expect(upstream.openSockets).toBe(0);
});

test('a script ends when its client has gone, wherever it waits', async () => {
  let closed = 0;
  await using upstream = await scriptedUpstream(async function* ({ number }) {
    try {
      yield replyHead(200);
      yield number === 1 ? stall : waitFor(new Promise(() => {}));
    } finally {
      closed += 1;
    }
  });
  for (const number of [1, 2]) {
    const socket = await client(upstream.host);
    socket.write(get);
    const exchange = await upstream.waitForRequest(number);
    socket.destroy();
    await exchange.ended;
  }
  expect(closed).toBe(2);
});

test('it is seen when a client stops reading, and when it does not', async () => {
  const megabytes = Buffer.alloc(1024 * 1024);
  await using upstream = await scriptedUpstream(function* () {
    for (let written = 0; written < 64; written += 1) yield megabytes;
  });
  const idle = await client(upstream.host);
  idle.write(get);
  const blocked = await upstream.waitForRequest(1);
  expect(await blocked.blockedFor(50)).toBe(true);
  expect(blocked.sentBytes).toBeLessThan(64 * 1024 * 1024);
  idle.destroy();

  const eager = await client(upstream.host);
  eager.resume().write(get);
  const flowing = await upstream.waitForRequest(2);
  expect(await flowing.blockedFor(5_000)).toBe(false);
  expect(flowing.sentBytes).toBe(64 * 1024 * 1024);
  eager.destroy();
});

test('another script can be set while it runs', async () => {
  await using upstream = await scriptedUpstream(reply(200, 'one'));
  expect(await (await fetch(upstream.url)).text()).toBe('one');
  upstream.respond(reply(503, 'two', { 'retry-after': '1' }));
  const response = await fetch(upstream.url);
  expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
    503,
    '1',
    'two',
  ]);
});
