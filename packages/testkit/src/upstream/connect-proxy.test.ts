import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { connectProxy } from './connect-proxy.ts';
import { reply } from './http-reply.ts';
import { scriptedUpstream } from './scripted-upstream.ts';

test('it opens a tunnel, and tells where to', async () => {
  await using upstream = await scriptedUpstream(reply(200, 'hello'));
  await using proxy = await connectProxy();
  const [, port] = proxy.host.split(':');
  const socket = connect(Number(port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  // The request comes along with the head, as an eager client sends it.
  socket.write(
    `CONNECT ${upstream.host} HTTP/1.1\r\nhost: ${upstream.host}\r\n\r\nGET /one HTTP/1.1\r\n\r\n`,
  );
  await upstream.waitForRequest();
  await expect.poll(() => heard).toMatch(/^HTTP\/1\.1 200 Connected\r\n\r\nHTTP\/1\.1 200 .*hello$/s);
  expect(proxy.targets).toEqual([upstream.host]);
  socket.destroy();
  await upstream.noSockets();
});

test('it hands on a request for a whole address', async () => {
  await using upstream = await scriptedUpstream(reply(200, 'hello'));
  await using proxy = await connectProxy();
  const [, port] = proxy.host.split(':');
  const asking = request({ host: '127.0.0.1', port, path: `${upstream.url}/one?two`, agent: false }).end();
  const [response] = (await once(asking, 'response')) as [AsyncIterable<Buffer>];
  let body = '';
  for await (const bytes of response) body += bytes.toString();
  expect(body).toBe('hello');
  expect(upstream.exchanges[0]?.path).toBe('/one?two');
  expect(proxy.targets).toEqual([upstream.host]);
});

test('it refuses with the status that it is told, and goes nowhere', async () => {
  await using upstream = await scriptedUpstream(reply(200, 'hello'));
  await using proxy = await connectProxy({ refuse: 403 });
  const [, port] = proxy.host.split(':');
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`CONNECT ${upstream.host} HTTP/1.1\r\n\r\n`);
  let heard = '';
  for await (const bytes of socket) heard += (bytes as Buffer).toString();
  expect(heard).toMatch(/^HTTP\/1\.1 403 /);
  expect([proxy.targets.length, upstream.sockets.length]).toEqual([1, 0]);
});
