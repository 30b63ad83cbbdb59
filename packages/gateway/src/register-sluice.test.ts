import { createRegistry } from '@sluice/registry';
import { createSandbox } from '@sluice/sandbox';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { hello } from './gateway.fixture.ts';
import { registerSluice } from './register-sluice.ts';
import { sandboxProvider } from './sandbox-provider.fixture.ts';
import type { GatewayControl } from './server/gateway-control.ts';

test('as a plugin it lives under its prefix and leaves the rest of the server alone', async () => {
  await using sandbox = await createSandbox();
  const registry = createRegistry({ providers: [sandboxProvider('main', sandbox.urls.openai)] });
  const controls: GatewayControl[] = [];
  await using app = Fastify();
  app.get('/own', async () => ({ own: true }));
  await app.register(registerSluice, {
    registry,
    prefix: '/llm',
    openAccess: true,
    onControl: (control) => controls.push(control),
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const answer = await fetch(`${url}/llm/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, stream: true }),
  });
  expect(await answer.text()).toContain('[DONE]');
  expect(await (await fetch(`${url}/llm/nothing`)).json()).toMatchObject({ error: { code: 'unknown_url' } });
  expect(await (await fetch(`${url}/llm/v1/chat/completions`)).json()).toMatchObject({
    error: { code: 'method_not_supported' },
  });
  expect(await (await fetch(`${url}/own`)).json()).toEqual({ own: true });
  // Its own shape, not ours.
  expect(await (await fetch(`${url}/nothing`)).json()).toMatchObject({ statusCode: 404 });
  expect(controls).toHaveLength(1);
  expect(controls[0]?.registry).toBe(registry);
});

test('closing the server lets running streams end, and does not wait for idle connections', async () => {
  await using sandbox = await createSandbox({ tokensPerSecond: 100, answerTokens: 20 });
  const registry = createRegistry({ providers: [sandboxProvider('main', sandbox.urls.openai)] });
  const app = Fastify();
  await app.register(registerSluice, { registry });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const stream = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, stream: true }),
  });
  const closed = app.close();
  expect(await stream.text()).toContain('[DONE]');
  await closed;
});
