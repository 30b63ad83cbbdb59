import { ChatError, type ChatProvider, type ChatRequest, fromText } from '@sluice/core';
import { createRegistry } from '@sluice/registry';
import { expect, test } from 'vitest';
import { createSluice } from './create-sluice.ts';

const capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'native',
  tools: 'none',
  vision: 'none',
  json: 'none',
  stop: 'none',
  seed: 'none',
  usage: 'none',
  reasoning: 'none',
  cancel: 'none',
  needsAuth: false,
} as const;

function fake(answer?: (request: ChatRequest) => string): ChatProvider & { readonly asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  return {
    id: 'fake',
    asked,
    capabilities,
    listModels: async () => [],
    async stream(request) {
      asked.push(request);
      return fromText(answer?.(request) ?? 'yes', { provider: 'fake', model: request.model ?? 'first' });
    },
    async close() {},
  };
}

const hello = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello' }] }] };

test.each([
  ['fake:m', 'm'],
  ['fake:m:7b', 'm:7b'],
  ['m:7b', 'm:7b'],
  ['fake', undefined],
  [undefined, undefined],
  ['', undefined],
])('the name %s asks a provider alone for %s', async (name, model) => {
  const provider = fake();
  await createSluice(provider)(name).doGenerate(hello);
  expect(provider.asked[0]?.model).toBe(model);
});

test('a registry reads all names itself', async () => {
  const provider = fake();
  const registry = createRegistry({ providers: [provider] });
  await createSluice(registry)('fake:m').doGenerate(hello);
  expect(provider.asked[0]?.model).toBe('m');
  await registry.close();
});

test('names itself, its provider and its model', async () => {
  const model = createSluice(fake(), { name: 'house' })('m');
  expect(model).toMatchObject({ specificationVersion: 'v4', provider: 'house.fake', modelId: 'm' });
  const { providerMetadata, response } = await model.doGenerate(hello);
  expect(providerMetadata).toEqual({ house: { provider: 'fake', model: 'm' } });
  expect(response).toEqual({ modelId: 'm' });
});

test('has no address fetched upstream unless it is told', () => {
  expect(createSluice(fake())().supportedUrls).toEqual({});
  const supportedUrls = { 'image/*': [/^https:/] };
  expect(createSluice(fake(), { supportedUrls })().supportedUrls).toEqual(supportedUrls);
});

test('has neither embeddings nor images', () => {
  const sluice = createSluice(fake());
  expect(() => sluice.embeddingModel('e')).toThrow(/chat models only/);
  expect(() => sluice.imageModel('i')).toThrow(/chat models only/);
});

test('whole answers are asked for where that is wanted', async () => {
  const options: unknown[] = [];
  const provider = fake();
  const watched: ChatProvider = {
    ...provider,
    stream: (request, given) => {
      options.push(given?.stream);
      return provider.stream(request);
    },
  };
  await createSluice(watched)().doGenerate(hello);
  await createSluice(watched, { wholeAnswers: true })().doGenerate(hello);
  expect(options).toEqual([true, false]);
});

test('an error of a provider is one of the AI SDK', async () => {
  const provider = fake(() => {
    throw new ChatError('auth', 'no key', { status: 401 });
  });
  await expect(createSluice(provider)().doStream(hello)).rejects.toMatchObject({
    name: 'AI_APICallError',
    statusCode: 401,
    isRetryable: false,
    data: { code: 'auth', provider: 'fake' },
  });
});
