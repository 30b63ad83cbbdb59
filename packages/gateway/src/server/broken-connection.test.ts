import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { hello, startTestGateway, type TestGateway } from '../gateway.fixture.ts';

function open(gateway: TestGateway): { socket: Socket; all: Promise<string> } {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  return { socket, all: text(socket) };
}

function asked(body: object): string {
  const json = JSON.stringify(body);
  return [
    'POST /v1/chat/completions HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(json)}`,
    '',
    json,
  ].join('\r\n');
}

test('what is no HTTP behind a request does not put another answer into its stream', async () => {
  await using gateway = await startTestGateway({ sandbox: { tokensPerSecond: 50, answerTokens: 1000 } });
  const { socket, all } = open(gateway);
  socket.write(asked({ ...hello, stream: true }));
  const upstream = await gateway.sandbox.waitForRequest({ phase: 'message' });
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write('GARBAGE\r\n\r\n');
  const answer = await all;
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(answer).not.toContain('no valid HTTP');
  expect(answer).not.toContain('[DONE]');
  expect(await upstream.ended).toBe('client');
  await expect.poll(() => gateway.lines).toMatchObject([{ status: 200, ending: 'client-gone' }]);
});

test.each([
  ['a body that does not come', asked(hello).slice(0, -5), 408, 'slow-request'],
  ['a body that is no chunk', chunked('ZZ\r\n'), 400, 'bad-request'],
  ['what is no HTTP behind a request', `${asked(hello)}GARBAGE\r\n\r\n`, 400, 'bad-request'],
])(
  '%s is told as refused in the log and the metrics, not as a client that left',
  async (_what, bytes, status, code) => {
    await using gateway = await startTestGateway({
      sandbox: { firstTokenMs: 60_000 },
      server: { requestTimeoutMs: 200, headersTimeoutMs: 150 },
    });
    const { socket, all } = open(gateway);
    socket.write(bytes);
    expect(await all).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await expect.poll(() => gateway.lines).toMatchObject([{ status, ending: 'refused', code }]);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain(`endpoint="/v1/chat/completions",status="${status}",code="${code}"} 1`);
    expect(metrics).not.toContain('sluice_cancelled_total{');
    expect(gateway.registry.snapshot().targets[0]).toMatchObject({ inFlight: 0 });
  },
);

function chunked(body: string): string {
  return [
    'POST /v1/chat/completions HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    'transfer-encoding: chunked',
    '',
    body,
  ].join('\r\n');
}
