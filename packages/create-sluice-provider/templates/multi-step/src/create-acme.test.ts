import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ChatError, type ChatProvider, complete } from '@sluice/core';
import { startServer } from '../demo/server.ts';
import { createAcme } from './index.ts';

const question = { messages: [{ role: 'user', content: 'Is anybody there?' }] } as const;

/** A provider and the server that it asks; both go with the test. */
// no-key: async function ask(context: TestContext): Promise<ChatProvider> {
// no-key:   const server = await startServer();
// no-key:   const provider = createAcme({ baseURL: server.url });
// key:begin
async function ask(context: TestContext, apiKey = 'right'): Promise<ChatProvider> {
  const server = await startServer({ apiKey: 'right' });
  const provider = createAcme({ baseURL: server.url, apiKey });
  // key:end
  context.after(async () => {
    await provider.close();
    await server.close();
  });
  return provider;
}

test('the answer comes piece by piece, from a server that speaks the protocol', async (context) => {
  const provider = await ask(context);
  const stream = await provider.stream(question);
  const pieces: string[] = [];
  for await (const text of stream.textStream) pieces.push(text);
  assert.deepEqual(pieces, ['You ', 'said: ', 'Is ', 'anybody ', 'there?']);
});

// key:begin
test('a wrong key is refused with auth, and the error does not hold it', async (context) => {
  const provider = await ask(context, 'wrong-key');
  await assert.rejects(complete(provider, question), (error) => {
    assert.ok(ChatError.is(error));
    assert.equal(error.code, 'auth');
    assert.ok(!JSON.stringify(error).includes('wrong-key'));
    return true;
  });
});
// key:end
// no-key: test('a model that there is not is refused before anything is sent', async (context) => {
// no-key:   const provider = await ask(context);
// no-key:   await assert.rejects(complete(provider, { ...question, model: 'huge' }), (error) => {
// no-key:     assert.ok(ChatError.is(error));
// no-key:     assert.equal(error.code, 'model-not-found');
// no-key:     return true;
// no-key:   });
// no-key: });
