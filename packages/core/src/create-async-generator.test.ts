import { describe, expect, it } from 'vitest';
import { type AsyncGeneratorParameters, createAsyncGenerator } from './create-async-generator.ts';
import { failureOf } from './echo-codec.fixture.ts';
import { fromText } from './from-text.ts';
import type { ChatProvider } from './provider.ts';
import type { CallOptions, ChatRequest } from './request.ts';
import { validateRequest } from './validate-request.ts';

interface Heard {
  readonly request: ChatRequest;
  readonly options: CallOptions | undefined;
}

/** A provider that says these pieces, and tells what it was asked. */
function saying(pieces: readonly string[]): ChatProvider & { heard: Heard[] } {
  const heard: Heard[] = [];
  return {
    heard,
    id: 'saying',
    capabilities: {} as ChatProvider['capabilities'],
    listModels: async () => [],
    close: async () => {},
    async stream(request, options) {
      validateRequest(request);
      heard.push({ request, options });
      return fromText(pieces);
    },
  };
}

const messages: ChatRequest['messages'] = [{ role: 'user', content: 'hi' }];

async function all(provider: ChatProvider, parameters: AsyncGeneratorParameters): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of createAsyncGenerator(provider, parameters)) texts.push(text);
  return texts;
}

describe('createAsyncGenerator', () => {
  it('yields plain text, and nothing is sent before somebody reads', async () => {
    const provider = saying(['a', 'b']);
    const texts = createAsyncGenerator(provider, { messages });
    expect(provider.heard).toEqual([]);
    expect(await texts.next()).toEqual({ done: false, value: 'a' });
    expect(provider.heard).toHaveLength(1);
    expect(await all(saying(['a', 'b']), { messages })).toEqual(['a', 'b']);
  });

  it('tells what is asked from how it is asked', async () => {
    const provider = saying(['a']);
    const { signal } = new AbortController();
    const how = {
      stream: false,
      signal,
      timeout: 9,
      proxy: 'http://p:1',
      headers: { a: 'b' },
      includeRaw: true,
    };
    const what = { model: 'm', messages, temperature: 0.5, providerOptions: { saying: { x: 1 } } };
    await all(provider, { ...what, ...how });
    expect(provider.heard).toEqual([{ request: what, options: how }]);
    await all(provider, { messages, proxy: false });
    expect(provider.heard[1]).toEqual({ request: { messages }, options: { proxy: false } });
  });

  it('refuses what the original clients let leak to the wire', async () => {
    const parameters = { messages, api_key: 'secret' } as AsyncGeneratorParameters;
    const error = await failureOf(all(saying(['a']), parameters));
    expect(error).toMatchObject({ code: 'invalid-request' });
    expect(error.message).toContain('api_key is not a field of the request');
    expect(error.message).not.toContain('secret');
  });
});
