import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete } from '../complete.ts';
import { ask, echoProvider, failureOf } from '../echo-codec.fixture.ts';

/** Listens with room for two connections, and never looks at them again: its thread sleeps for good. */
const sleeper = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(workerData), 0, 0);
  });
`;

let worker: Worker;
let host: string;
let waiting: readonly Socket[] = [];

beforeAll(async () => {
  worker = new Worker(sleeper, { eval: true, workerData: new SharedArrayBuffer(4) });
  const [port] = (await once(worker, 'message')) as [number];
  host = `127.0.0.1:${port}`;
  // They fill the queue: the system drops the first packet (SYN) of whoever comes after them.
  waiting = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all(
    waiting.map((socket) =>
      once(
        socket.on('error', () => {}),
        'connect',
      ),
    ),
  );
});

afterAll(async () => {
  for (const socket of waiting) socket.destroy();
  await worker.terminate();
});

function sockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCP(Socket|Connect)Wrap/.test(kind)).length;
}

describe('a connection that is answered by nothing at all', () => {
  it.each([
    ['the upstream', 'http://', undefined],
    ['the upstream, over TLS', 'https://', undefined],
    ['an HTTP proxy', 'http://', 'http://'],
    ['an HTTPS proxy', 'http://', 'https://'],
    ['a SOCKS5 proxy', 'http://', 'socks5://'],
  ])('to %s is connect-timeout, and given up', async (_name, scheme, proxy) => {
    const before = sockets();
    const provider = echoProvider(scheme + (proxy ? 'upstream.invalid' : host));
    const calling = complete(provider, ask, {
      timeout: { connect: 50 },
      proxy: proxy ? proxy + host : false,
    });
    expect(await failureOf(calling)).toMatchObject({ code: 'connect-timeout', sent: 'no' });
    await expect.poll(sockets).toBeLessThanOrEqual(before);
    await provider.close();
  });

  it('is left at once where its call is aborted', async () => {
    const before = sockets();
    const provider = echoProvider('http://upstream.invalid');
    const controller = new AbortController();
    const failing = failureOf(
      complete(provider, ask, { signal: controller.signal, proxy: `http://${host}` }),
    );
    await expect.poll(sockets).toBeGreaterThan(before);
    controller.abort();
    expect(await failing).toMatchObject({ code: 'aborted', sent: 'no' });
    await expect.poll(sockets).toBeLessThanOrEqual(before);
    await provider.close();
  });
});
