import { ChatError, complete } from '@sluice/core';
import { expect, onTestFinished, test } from 'vitest';
import { createEcho, type EchoOptions } from './create-echo.ts';
import { type EchoServerOptions, startEchoServer } from './server.ts';

async function echo(server: EchoServerOptions = {}, options: Partial<EchoOptions> = {}) {
  const upstream = await startEchoServer(server);
  const provider = createEcho({ baseURL: upstream.url, ...options });
  onTestFinished(async () => {
    await provider.close();
    await upstream.close();
  });
  return provider;
}

const say = (content: string, model?: string) => ({
  messages: [{ role: 'user', content } as const],
  ...(model === undefined ? {} : { model }),
});

test('it says what it is told, word by word', async () => {
  const stream = await (await echo()).stream(say('one two  three'));
  const words: string[] = [];
  for await (const word of stream.textStream) words.push(word);
  expect(words).toEqual(['one ', 'two  ', 'three']);
});

test('its loud voice has an alias', async () => {
  expect((await complete(await echo(), say('hello', 'shout'))).text).toBe('HELLO');
});

test('an answer that is cut off is a failure, with what came', async () => {
  const failure = await complete(await echo({ cut: true }), say('hello')).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'truncated', provider: 'echo', partial: { text: 'hello' } });
});

test('a key that is refused is an error without the key', async () => {
  const provider = await echo({ apiKey: 'right' }, { apiKey: 'wrong-key', id: 'mine' });
  const failure = await complete(provider, say('hello')).catch((error: unknown) => error);
  expect(ChatError.is(failure) && failure.code).toBe('auth');
  expect(JSON.stringify(failure)).not.toContain('wrong-key');
  expect((await complete(await echo({ apiKey: 'right' }, { apiKey: 'right' }), say('hello'))).text).toBe(
    'hello',
  );
});
