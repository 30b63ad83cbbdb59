import { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRegistry } from '@sluice/registry';
import { expect, test } from 'vitest';
import { hello, scriptedProvider } from '../gateway.fixture.ts';
import { startGateway } from '../start-gateway.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const streams = 1_000;
const rounds = 40;
const token = ' token';

/** What is alive in this process: the gateway's streams, and of the clients no more than their sockets. */
function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** A client that keeps nothing but how many tokens came, and the end of what came last. */
interface Client {
  readonly socket: Socket;
  tokens: number;
  last: string;
}

function ask(port: number, model: string, onData: (client: Client) => void): Client {
  const body = JSON.stringify({ ...hello, model, stream: true });
  const client: Client = { socket: connect(port, '127.0.0.1'), tokens: 0, last: '' };
  client.socket.setEncoding('latin1');
  client.socket.on('data', (text: string) => {
    client.tokens += text.split(`"content":"${token}`).length - 1;
    client.last = text.slice(-64);
    onData(client);
  });
  client.socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return client;
}

test('1,000 streams at once, one of them read slowly: what is held does not grow, nobody waits, and on SIGTERM all end', async () => {
  const waiting = new Set<() => void>();
  let isOver = false;
  let floodEvents = 0;
  const paced = scriptedProvider('paced', () => ({
    async pull(into) {
      // Each token is given out by the test.
      if (!isOver) await new Promise<void>((resolve) => waiting.add(resolve));
      into.push(isOver ? { type: 'finish', reason: 'stop' } : { type: 'text-delta', text: token });
      return true;
    },
    close() {},
  }));
  const flood = scriptedProvider('flood', () => ({
    pull(into) {
      floodEvents += 1;
      into.push(
        isOver ? { type: 'finish', reason: 'stop' } : { type: 'text-delta', text: 'x'.repeat(8_192) },
      );
      return true;
    },
    close() {},
  }));
  const signals = new EventEmitter();
  const gateway = await startGateway({
    load: () => ({ registry: createRegistry({ providers: [paced, flood] }), server: { port: 0 } }),
    signals: signals as never,
  });
  const port = Number(new URL(gateway.url).port);

  let due = 0;
  let onRound = (): void => {};
  const read = (): void => {
    due -= 1;
    if (due === 0) onRound();
  };
  /** Every stream gets one token, and this resolves when every client has read it. */
  const round = async (): Promise<void> => {
    await expect.poll(() => waiting.size, { interval: 2, timeout: 8_000 }).toBe(streams - 1);
    const all = [...waiting];
    waiting.clear();
    const { promise, resolve } = Promise.withResolvers<void>();
    due = all.length;
    onRound = resolve;
    for (const give of all) give();
    await promise;
  };

  const clients = Array.from({ length: streams - 1 }, () => ask(port, 'paced', read));
  for (let index = 0; index < 5; index += 1) await round();
  const slow = ask(port, 'flood', () => {});
  slow.socket.once('data', () => slow.socket.pause());
  await expect.poll(() => gateway.app.sluice.inFlight).toBe(streams);
  await round();
  const before = heapBytes();
  const floodBefore = floodEvents;
  for (let index = 0; index < rounds; index += 1) await round();
  const grownPerToken = (heapBytes() - before) / (rounds * (streams - 1));
  // The text itself, six characters, which an error would tell; and nothing piles up for who does not read.
  expect(grownPerToken).toBeLessThan(24);
  expect(floodEvents - floodBefore).toBeLessThan(32);
  expect(clients.every(({ tokens }) => tokens === 6 + rounds)).toBe(true);

  signals.emit('SIGTERM');
  const refused = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body: '{}' });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: 'shutting_down' } });
  isOver = true;
  slow.socket.resume();
  for (const give of waiting) give();
  await gateway.closed;
  await expect.poll(() => [...clients, slow].every(({ socket }) => socket.closed)).toBe(true);
  const ended = [...clients, slow].filter(({ last }) => last.includes('data: [DONE]'));
  expect(ended).toHaveLength(streams);
}, 30_000);
