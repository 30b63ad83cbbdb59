import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, streamText, tool } from 'ai';
import { describe, expect, test } from 'vitest';
import { hello, startTestGateway, type TestGateway } from '../gateway.fixture.ts';

describe('the AI SDK', () => {
  const model = (gateway: TestGateway) =>
    createOpenAICompatible({ name: 'sluice', baseURL: `${gateway.url}/v1`, includeUsage: true }).chatModel(
      'main',
    );

  test('streams text with its usage', async () => {
    await using gateway = await startTestGateway();
    const result = streamText({ model: model(gateway), prompt: 'What does a sluice do?', maxRetries: 0 });
    let text = '';
    for await (const part of result.textStream) text += part;
    expect(text).toBe(gateway.sandbox.requests.at(-1)?.answer);
    expect(await result.finishReason).toBe('stop');
    expect((await result.usage).outputTokens).toBeGreaterThan(0);
  });

  test('calls a tool', async () => {
    await using gateway = await startTestGateway();
    const result = streamText({
      model: model(gateway),
      prompt: 'call weather in Bern',
      maxRetries: 0,
      tools: {
        weather: tool({
          description: 'Tells the weather',
          inputSchema: jsonSchema<{ city: string }>({
            type: 'object',
            properties: { city: { type: 'string' } },
            required: ['city'],
          }),
        }),
      },
    });
    await result.consumeStream();
    expect(await result.toolCalls).toMatchObject([
      { toolName: 'weather', input: { city: expect.any(String) } },
    ]);
  });

  test('an upstream that is cut in mid-stream is an error', async () => {
    await using gateway = await startTestGateway();
    gateway.sandbox.setFault('openai', { name: 'reset', parameters: { after: 3 } });
    const errors: unknown[] = [];
    const result = streamText({
      model: model(gateway),
      prompt: 'What does a sluice do?',
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    await result.consumeStream();
    expect(errors).toHaveLength(1);
  });

  test('a failure before the answer has its status', async () => {
    await using gateway = await startTestGateway();
    gateway.sandbox.setFault('openai', 'status-503');
    const asking = generateText({ model: model(gateway), prompt: 'Hi', maxRetries: 0 });
    await expect(asking).rejects.toMatchObject({ statusCode: 503 });
  });
});

const curl = await promisify(execFile)('curl', ['--version']).then(
  () => true,
  () => false,
);

// Shown as skipped where there is no curl.
describe.skipIf(!curl)('curl -N', () => {
  const run = (gateway: TestGateway, body: object): Promise<{ stdout: string }> =>
    promisify(execFile)('curl', [
      '-sN',
      `${gateway.url}/v1/chat/completions`,
      '-H',
      'content-type: application/json',
      '-d',
      JSON.stringify({ ...hello, ...body }),
    ]);

  test('prints the events up to [DONE]', async () => {
    await using gateway = await startTestGateway();
    const { stdout } = await run(gateway, { stream: true });
    expect(stdout).toMatch(/^data: \{"id":"chatcmpl-[\s\S]*\n\ndata: \[DONE\]\n\n$/);
  });

  test('prints the error where a stream broke off', async () => {
    await using gateway = await startTestGateway();
    gateway.sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    const { stdout } = await run(gateway, { stream: true });
    expect(stdout).toMatch(/\n\ndata: \{"error":\{"message":"[^\n]*"code":"upstream_truncated"\}\}\n\n$/);
  });
});
