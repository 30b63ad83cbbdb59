import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete } from '@sluice/core';
import { startServer } from '../demo/server.ts';
import { createAcme } from './index.ts';

const question = { messages: [{ role: 'user', content: 'Is anybody there?' }] } as const;

test('a conversation is removed once its answer has ended', async (context) => {
  const server = await startServer();
  context.after(() => server.close());
  // key:begin
  const provider = createAcme({ baseURL: server.url, apiKey: 'any' });
  // key:end
  // no-key: const provider = createAcme({ baseURL: server.url });
  context.after(() => provider.close());
  await complete(provider, question);
  assert.equal(server.conversations.size, 0);
});

test('a conversation that comes after its call was cancelled is removed, too', async (context) => {
  const controller = new AbortController();
  const server = await startServer({ onBegin: () => controller.abort() });
  context.after(() => server.close());
  // key:begin
  const provider = createAcme({ baseURL: server.url, apiKey: 'any' });
  // key:end
  // no-key: const provider = createAcme({ baseURL: server.url });
  const call = complete(provider, question, { signal: controller.signal });
  await assert.rejects(call, { code: 'aborted' });
  await provider.close();
  assert.equal(server.conversations.size, 0);
});
