import { EventEmitter } from 'node:events';
import { createRegistry } from '@sluice/registry';
import { createSandbox } from '@sluice/sandbox';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { hello, startTestGateway } from '../gateway.fixture.ts';
import { sandboxProvider } from '../sandbox-provider.fixture.ts';
import { startGateway } from '../start-gateway.ts';

test('on SIGTERM 100 open streams end whole, new requests get 503, and then it is closed', async () => {
  await using sandbox = await createSandbox({ tokensPerSecond: 100, answerTokens: 40 });
  const signals = new EventEmitter();
  const registry = createRegistry({ providers: [sandboxProvider('main', sandbox.urls.openai)] });
  const gateway = await startGateway({
    load: () => ({ registry, server: { port: 0 } }),
    signals: signals as never,
  });
  const post = (body: object): Promise<Response> =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const streams = await Promise.all(Array.from({ length: 100 }, () => post({ ...hello, stream: true })));
  // Fastify would end the wait of its close hooks, and with it the drain, after this long.
  expect(gateway.app.initialConfig.pluginTimeout).toBe(0);
  signals.emit('SIGTERM');
  expect(gateway.app.sluice.isDraining).toBe(true);
  const refused = await post(hello);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('connection')).toBe('close');
  expect(await refused.json()).toMatchObject({ error: { type: 'server_error', code: 'shutting_down' } });
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  const texts = await Promise.all(streams.map((stream) => stream.text()));
  expect(texts.every((text) => text.endsWith('data: [DONE]\n\n'))).toBe(true);
  await gateway.closed;
  await expect(post(hello)).rejects.toThrow();
  expect(signals.eventNames()).toEqual([]);
});

test('what does not end within the drain time is cut with an error that clients see', async () => {
  await using gateway = await startTestGateway({
    sandbox: { tokensPerSecond: 20, answerTokens: 1000 },
    server: { drainMs: 100 },
  });
  const client = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const stream = await client.chat.completions.create({ ...hello, stream: true });
  const whole = client.chat.completions.create(hello);
  const reading = (async () => {
    for await (const _chunk of stream);
  })();
  await gateway.sandbox.waitForRequest({ phase: 'message' }, 2);
  const closing = gateway.app.close();
  await expect(reading).rejects.toMatchObject({ code: 'shutting_down' });
  await expect(whole).rejects.toMatchObject({ status: 503, code: 'shutting_down' });
  await closing;
  expect(gateway.lines.map(({ ending }) => ending)).toEqual(['cut', 'cut']);
  await gateway.sandbox.waitForIdle();
});
