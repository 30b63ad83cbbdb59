import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { hello, scriptedProvider, startTestGateway, type TestGateway } from '../gateway.fixture.ts';

/** A client that asks and never reads what it gets. */
function deafClient(gateway: TestGateway, stream = true): { destroy(): void } {
  const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1' });
  const body = JSON.stringify({ ...hello, stream });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-request-id: deaf\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  socket.pause();
  socket.on('error', () => {});
  return socket;
}

test('a slow reader holds its own upstream back, and nobody else', async () => {
  await using gateway = await startTestGateway();
  gateway.sandbox.setFault('openai', { name: 'endless', times: 1 });
  const deaf = deafClient(gateway);
  await gateway.sandbox.waitForRequest({ phase: 'message' });
  const used: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await gateway.post({ ...hello, stream: true })).text()),
    );
    expect(answers.every((text) => text.endsWith('data: [DONE]\n\n'))).toBe(true);
    used.push(process.memoryUsage().arrayBuffers);
  }
  // An endless answer would have piled up hundreds of megabytes by now.
  expect(Math.max(...used)).toBeLessThan((used[0] ?? 0) + 32 * 1024 * 1024);
  expect(gateway.app.sluice.inFlight).toBe(1);
  deaf.destroy();
});

test('a client that reads nothing for too long is cut off, and its upstream with it', async () => {
  await using gateway = await startTestGateway({ server: { slowReaderMs: 200 } });
  gateway.sandbox.setFault('openai', 'endless');
  deafClient(gateway);
  const upstream = await gateway.sandbox.waitForRequest({ phase: 'message' });
  expect(await upstream.ended).toBe('client');
  expect(await gateway.lineOf('deaf')).toMatchObject({ ending: 'slow-reader', code: 'aborted' });
});

test.each([false, true])(
  'what is left of an answer that has ended is not kept for ever for a client that does not read it (stream: %s)',
  async (stream) => {
    // More than the buffers of two sockets hold.
    const text = 'x'.repeat(16 * 1024 * 1024);
    const provider = scriptedProvider('main', () => ({
      pull(into) {
        into.push({ type: 'text-delta', text }, { type: 'finish', reason: 'stop' });
        return true;
      },
      close: async () => {},
    }));
    await using gateway = await startTestGateway({
      providers: () => [provider],
      server: { slowReaderMs: 200 },
    });
    deafClient(gateway, stream);
    expect(await gateway.lineOf('deaf')).toMatchObject({
      status: 200,
      ending: 'slow-reader',
      code: 'aborted',
    });
    expect(gateway.app.sluice.inFlight).toBe(0);
    // Who reads gets it whole, however long it takes.
    const response = await gateway.post(hello);
    let length = 0;
    let pauses = 0;
    for await (const bytes of response.body as ReadableStream<Uint8Array>) {
      if (length > pauses * 4 * 1024 * 1024) {
        pauses += 1;
        await new Promise((resolve) => setTimeout(resolve, 80));
      }
      length += bytes.length;
    }
    expect(length).toBeGreaterThan(text.length);
  },
);
