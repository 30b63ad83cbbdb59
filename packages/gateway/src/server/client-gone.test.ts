import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createBlackhole } from '@sluice/sandbox';
import { expect, test } from 'vitest';
import { hello, startTestGateway, type TestGateway } from '../gateway.fixture.ts';
import { sandboxProvider } from '../sandbox-provider.fixture.ts';

const mostMs = 250;

async function within<T>(promise: Promise<T>): Promise<T> {
  const began = performance.now();
  const value = await promise;
  expect(performance.now() - began).toBeLessThan(mostMs);
  return value;
}

/** A client that can be cut off at any moment, like a killed process. */
function ask(gateway: TestGateway, body: object): { kill(): void; head: Promise<string> } {
  const { hostname, port } = new URL(gateway.url);
  const request = httpRequest({
    hostname,
    port,
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  const head = new Promise<string>((resolve) => {
    request.on('response', (response) => response.once('data', (bytes: Buffer) => resolve(bytes.toString())));
  });
  request.on('error', () => {});
  request.end(JSON.stringify(body));
  return { kill: () => request.destroy(), head };
}

/** What the access line and the metrics say of the only client that left, before anything was written to it. */
async function expectGone(gateway: TestGateway, attempt: 'none' | 'served' = 'none'): Promise<void> {
  await expect.poll(() => gateway.lines.length).toBe(1);
  expect(gateway.lines[0]).toMatchObject({
    status: 499,
    ending: 'client-gone',
    code: 'aborted',
    bytesWritten: 0,
  });
  expect('firstTokenMs' in (gateway.lines[0] ?? {})).toBe(attempt === 'served');
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain('sluice_cancelled_total{why="client-gone"} 1');
  expect(metrics).toContain(
    'sluice_requests_total{endpoint="/v1/chat/completions",status="499",code="aborted"} 1',
  );
  // Its leaving is nobody's failure.
  const attempts = metrics.split('\n').filter((line) => line.startsWith('sluice_attempts_total{'));
  expect(attempts).toEqual(
    attempt === 'none' ? [] : ['sluice_attempts_total{target="main",outcome="served"} 1'],
  );
  expect(gateway.registry.snapshot().targets[0]).toMatchObject({ successRate: 1, queued: 0 });
}

test('a client that is gone while its request waits for a free place leaves the queue, and nobody was asked', async () => {
  await using gateway = await startTestGateway({
    sandbox: { tokensPerSecond: 50, answerTokens: 1000 },
    providers: ({ urls }) => [
      { provider: sandboxProvider('main', urls.openai), limits: { concurrency: 1 }, models: ['sandbox'] },
    ],
  });
  const first = ask(gateway, { ...hello, stream: true });
  await first.head;
  const queued = (): number => gateway.registry.snapshot().targets[0]?.queued ?? 0;
  const second = ask(gateway, { ...hello, stream: true });
  await expect.poll(queued).toBe(1);
  second.kill();
  await within(expect.poll(queued, { interval: 5 }).toBe(0));
  await expect.poll(() => gateway.lines.length).toBe(1);
  expect(gateway.lines[0]).toMatchObject({ status: 499, ending: 'client-gone', code: 'aborted' });
  expect(gateway.lines[0]).not.toHaveProperty('attempts');
  expect(gateway.app.sluice.inFlight).toBe(1);
  expect(gateway.sandbox.requestsTo({ phase: 'message' })).toHaveLength(1);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain('sluice_cancelled_total{why="client-gone"} 1');
  expect(metrics).toContain('sluice_target_in_flight{target="main:sandbox"} 1');
  first.kill();
});

test.each([
  { body: {}, of: 'a whole answer' },
  { body: { stream: true }, of: 'a stream' },
])(
  'a client that is gone while the upstream of $of is being connected takes the socket with it',
  async ({ body }) => {
    // It takes connections and never says a word of TLS.
    await using silent = await createBlackhole();
    const address = silent.url.replace('http:', 'https:');
    await using gateway = await startTestGateway({ providers: () => [sandboxProvider('main', address)] });
    const client = ask(gateway, { ...hello, ...body });
    await expect.poll(() => silent.openSockets).toBe(1);
    client.kill();
    await within(expect.poll(() => silent.openSockets, { interval: 5 }).toBe(0));
    await expectGone(gateway);
  },
);

test.each([
  ['awaiting the first token of a stream', { stream: true }, { firstTokenMs: 60_000 }, 'none'],
  ['awaiting the first token of a whole answer', {}, { firstTokenMs: 60_000 }, 'none'],
  ['in the middle of a whole answer', {}, { tokensPerSecond: 20, answerTokens: 1000 }, 'served'],
] as const)(
  'a client that is gone while %s takes the upstream with it',
  async (_phase, body, sandbox, attempt) => {
    await using gateway = await startTestGateway({ sandbox });
    const client = ask(gateway, { ...hello, ...body });
    const upstream = await gateway.sandbox.waitForRequest({ phase: 'message' });
    client.kill();
    expect(await within(upstream.ended)).toBe('client');
    await expectGone(gateway, attempt);
    expect(gateway.app.sluice.inFlight).toBe(0);
  },
);

test('a client that is gone in mid-stream takes the upstream with it, and the log and the metrics say so', async () => {
  await using gateway = await startTestGateway({ sandbox: { tokensPerSecond: 50, answerTokens: 1000 } });
  const client = ask(gateway, { ...hello, stream: true });
  await client.head;
  const upstream = await gateway.sandbox.waitForRequest({ phase: 'message' });
  client.kill();
  expect(await within(upstream.ended)).toBe('client');
  await expect.poll(() => gateway.lines.length).toBe(1);
  expect(gateway.lines[0]).toMatchObject({
    status: 200,
    ending: 'client-gone',
    code: 'aborted',
    target: 'main',
    firstTokenMs: expect.any(Number),
  });
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain('sluice_cancelled_total{why="client-gone"} 1');
  expect(metrics).toContain(
    'sluice_requests_total{endpoint="/v1/chat/completions",status="200",code="aborted"} 1',
  );
  // The caller's leaving is nobody's failure.
  expect(gateway.registry.snapshot().targets[0]).toMatchObject({ inFlight: 0, successRate: 1 });
});

test('a client that is gone in the middle of its own request leaves nothing behind', async () => {
  await using gateway = await startTestGateway();
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{',
  );
  await expect.poll(() => gateway.app.sluice.inFlight).toBe(1);
  socket.destroy();
  await expect.poll(() => gateway.lines.length).toBe(1);
  expect(gateway.lines[0]).toMatchObject({ ending: 'client-gone', status: 499 });
  expect(gateway.sandbox.requests).toHaveLength(0);
});
