import { type ChatRequest, complete } from '@sluice/core';
import { createSandbox, type DialectName, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOpenAICompatible } from './create-openai-compatible.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox();
});

afterAll(() => sandbox.close());

const dialects: readonly DialectName[] = ['openai', 'vllm', 'ollama', 'llamacpp', 'lmstudio'];
const ask = (content: string): ChatRequest => ({ messages: [{ role: 'user', content }] });
const weather = {
  name: 'weather',
  description: 'Tells the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

describe.each(dialects)('the dialect of %s', (dialect) => {
  async function local() {
    const options = { id: dialect, baseURL: sandbox.urls[dialect] };
    const [first] = await createOpenAICompatible(options).listModels();
    if (!first) throw new Error('the server lists no model');
    return createOpenAICompatible({ ...options, defaultModel: first.id });
  }
  const sent = () => sandbox.requests.at(-1);

  test.each([true, false])('gives a conversation its answer and its usage (stream: %s)', async (stream) => {
    const conversation: ChatRequest = {
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi!' },
        { role: 'user', content: 'How does a lock work? unicode' },
      ],
    };
    const result = await complete(await local(), conversation, { stream });
    expect(result).toMatchObject({ text: sent()?.answer, finishReason: 'stop' });
    expect(result.usage?.totalTokens).toBeGreaterThan(0);
  });

  test.each([true, false])('calls a tool and is told its result (stream: %s)', async (stream) => {
    const provider = await local();
    const asked = await complete(provider, { ...ask('call weather for Bern'), tools: [weather] }, { stream });
    expect(asked.finishReason).toBe('tool-calls');
    expect(asked.toolCalls).toEqual([
      { id: expect.any(String), name: 'weather', arguments: expect.any(String) },
    ]);
    const [call] = asked.toolCalls;
    if (!call) throw new Error('no call');
    expect(JSON.parse(call.arguments)).toHaveProperty('city');

    const told = await complete(provider, {
      messages: [
        { role: 'user', content: 'call weather for Bern' },
        { role: 'assistant', content: '', toolCalls: [call] },
        { role: 'tool', content: 'sunny', toolCallId: call.id },
      ],
      tools: [weather],
    });
    expect(told.text).toContain('sunny');
  });

  test('calls two tools at once', async () => {
    const tools = [weather, { name: 'clock' }];
    const result = await complete(await local(), { ...ask('call weather and call clock'), tools });
    expect(result.toolCalls.map(({ name }) => name)).toEqual(['weather', 'clock']);
  });

  test('shows its reasoning apart from the text', async () => {
    const result = await complete(await local(), { ...ask('Why?'), reasoningEffort: 'low' });
    expect(result.reasoning).toContain('words');
    expect(result.text).toBe(sent()?.answer);
    expect(result.usage?.reasoningTokens).toBeGreaterThan(0);
  });

  test('answers in JSON, of any shape and of a given one', async () => {
    const provider = await local();
    const any = await complete(provider, { ...ask('json please'), responseFormat: { type: 'json' } });
    expect(JSON.parse(any.text)).toBeTypeOf('object');
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const fitting = await complete(provider, { ...ask('Where?'), responseFormat: { type: 'json', schema } });
    expect(JSON.parse(fitting.text)).toEqual({ city: expect.any(String) });
  });

  test('looks at images, sound and files', async () => {
    const result = await complete(await local(), {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What are these?' },
            { type: 'image', data: 'iVBORw0KGgo=', mediaType: 'image/png' },
            { type: 'audio', data: 'UklGRg==', mediaType: 'audio/wav' },
            { type: 'file', data: 'JVBERi0=', mediaType: 'application/pdf' },
          ],
        },
      ],
    });
    for (const given of ['1 image(s)', '1 recording(s)', '1 file(s)']) expect(result.text).toContain(given);
  });

  test('stops at the limit and says so', async () => {
    const result = await complete(await local(), { ...ask('Tell me more'), maxOutputTokens: 2 });
    expect(result).toMatchObject({ finishReason: 'length', rawFinishReason: 'length' });
  });

  test('sends several choices when asked, of which the first is delivered', async () => {
    const result = await complete(await local(), { ...ask('Hi'), providerOptions: { [dialect]: { n: 2 } } });
    expect(result.text.length).toBeGreaterThan(0);
    expect(result.warnings).toEqual([expect.objectContaining({ code: 'ignored-content' })]);
  });

  test('refuses a conversation that cannot be, with its own words', async () => {
    const orphan: ChatRequest = { messages: [{ role: 'tool', content: 'x', toolCallId: 'a' }] };
    await expect((await local()).stream(orphan)).rejects.toMatchObject({
      code: 'invalid-request',
      status: 400,
      message: expect.stringContaining("messages with role 'tool' must be a response"),
    });
  });
});

test.each(['openai', 'vllm', 'ollama', 'lmstudio'] as const)('%s has no such model', async (dialect) => {
  const provider = createOpenAICompatible({ id: dialect, baseURL: sandbox.urls[dialect] });
  await expect(provider.stream({ ...ask('Hi'), model: 'no-such' })).rejects.toMatchObject({
    code: 'model-not-found',
    status: 404,
    model: 'no-such',
  });
});
