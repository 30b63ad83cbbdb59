import { APICallError, type LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { ChatError } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { closedByClient, startBench, versions } from './sandbox.fixture.ts';

const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

beforeAll(() => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
});

afterAll(() => {
  globalThis.AI_SDK_LOG_WARNINGS = undefined;
});

describe.each(versions)('with $version ai', ({ ai }) => {
  it('streamText over three targets, the first broken: the answer comes once, and the result says who served it', async () => {
    const { sandbox, sluice, asked } = await startBench();
    sandbox.setFault('openai', 'status-500');
    const result = ai.streamText({ model: sluice('all'), prompt: 'What is a sluice?' });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    const [served] = sandbox.requestsTo({ service: 'vllm' });
    expect(pieces.join('')).toBe(served?.answer);
    expect(pieces.length).toBeGreaterThan(1);
    expect(await result.providerMetadata).toMatchObject({
      sluice: {
        provider: 'two',
        target: 'two:sandbox',
        attempts: [
          { target: 'one:sandbox', outcome: 'server-error', status: 500 },
          { target: 'two:sandbox', outcome: 'served' },
        ],
      },
    });
    expect(asked()).toEqual([1, 1, 0]);
    expect(await result.finishReason).toBe('stop');
    expect(await result.usage).toMatchObject({ inputTokens: 5, outputTokens: 20, totalTokens: 25 });
    expect((await result.response).modelId).toBe('sandbox');
  });

  it('generateText over three targets, the first broken, gives the whole answer and the same story', async () => {
    const { sandbox, sluice, asked } = await startBench();
    sandbox.setFault('openai', 'status-500');
    const result = await ai.generateText({ model: sluice('all'), prompt: 'What is a sluice?' });
    expect(result.text).toBe(sandbox.requestsTo({ service: 'vllm' })[0]?.answer);
    expect(result.providerMetadata).toMatchObject({ sluice: { target: 'two:sandbox' } });
    expect(result.usage).toMatchObject({ inputTokens: 5, outputTokens: 20 });
    expect(asked()).toEqual([1, 1, 0]);
  });

  it('attempts do not multiply: what a registry has tried, the AI SDK does not try again', async () => {
    const { sandbox, sluice, asked } = await startBench();
    sandbox.setFault('*', 'status-500');
    const failure = await ai
      .generateText({ model: sluice('all'), prompt: 'Hello', maxRetries: 5 })
      .catch((error: unknown) => error);
    expect(asked()).toEqual([1, 1, 1]);
    expect(failure).toMatchObject({ isRetryable: false, statusCode: 500, data: { code: 'server-error' } });
    expect(APICallError.isInstance(failure) && ChatError.is(failure.cause)).toBe(true);
    const told: unknown[] = [];
    const { textStream } = ai.streamText({
      model: sluice('all'),
      prompt: 'Hello',
      maxRetries: 5,
      onError: ({ error }) => void told.push(error),
    });
    for await (const _ of textStream) expect.unreachable();
    expect(told).toHaveLength(1);
    expect(asked().reduce((sum, each) => sum + each)).toBeLessThanOrEqual(6);
  });

  it('of a provider alone the AI SDK tries what may pass again, after the wait that was asked for', async () => {
    const { sandbox, bare, asked } = await startBench();
    const parameters = { retryAfter: 'ms', retryAfterMs: 10 };
    sandbox.setFault('openai', { name: 'status-429', parameters, times: 1 });
    const from = performance.now();
    const { text } = await ai.generateText({ model: bare()('sandbox'), prompt: 'Hello' });
    expect(text).not.toBe('');
    expect(asked()).toEqual([2, 0, 0]);
    // Its own backoff begins with two seconds.
    expect(performance.now() - from).toBeLessThan(1_500);
  });

  it('and does not try again what cannot pass', async () => {
    const { sandbox, bare, asked } = await startBench();
    sandbox.setFault('openai', 'status-400');
    const call = ai.generateText({ model: bare()('sandbox'), prompt: 'Hello' });
    await expect(call).rejects.toMatchObject({ statusCode: 400, isRetryable: false });
    expect(asked()).toEqual([1, 0, 0]);
  });

  it.each([
    { interrupted: true, reason: 'interrupted' },
    { interrupted: false, reason: 'error' },
  ])('an answer that is cut reaches the user as an error and as $reason, with what was said', async (row) => {
    const { sandbox, sluice, asked } = await startBench({}, { interrupted: row.interrupted });
    sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    const errors: unknown[] = [];
    const result = ai.streamText({
      model: sluice('all'),
      prompt: 'Hello',
      onError: ({ error }) => void errors.push(error),
    });
    const types: string[] = [];
    for await (const part of result.fullStream) types.push(part.type);
    expect(await result.finishReason).toBe(row.reason);
    expect(errors).toMatchObject([{ name: 'AI_APICallError', data: { code: 'truncated' } }]);
    expect(types).toContain('error');
    expect((await result.text).length).toBeGreaterThan(0);
    expect(asked()).toEqual([1, 0, 0]);
  });

  it("with resume: 'continue' a cut answer goes on elsewhere, and the result says so", async () => {
    const { sandbox, sluice, asked } = await startBench();
    sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    const result = ai.streamText({
      model: sluice('all'),
      prompt: 'Hello',
      providerOptions: { registry: { resume: 'continue' } },
    });
    for await (const _ of result.textStream);
    expect(await result.finishReason).toBe('stop');
    expect(await result.providerMetadata).toMatchObject({
      sluice: {
        target: 'two:sandbox',
        attempts: [{ outcome: 'served' }, { outcome: 'served', resumed: 'continue' }],
        warnings: [{ type: 'other' }],
      },
    });
    expect(asked()).toEqual([1, 1, 0]);
  });

  it("with resume: 'restart' generateText gives the second answer alone, and a stream fails rather than mix two", async () => {
    const { sandbox, sluice } = await startBench();
    sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    const call = {
      model: sluice('all'),
      prompt: 'Hello',
      providerOptions: { registry: { resume: 'restart' } },
    };
    const { text } = await ai.generateText(call);
    expect(text).toBe(sandbox.requestsTo({ service: 'vllm' })[0]?.answer);
    sandbox.reset();
    sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    sandbox.setFault('vllm', { name: 'stall', parameters: { after: 3 } });
    const errors: unknown[] = [];
    const result = ai.streamText({ ...call, onError: ({ error }) => void errors.push(error) });
    for await (const _ of result.textStream);
    expect(errors).toMatchObject([{ message: expect.stringContaining('cannot take back') }]);
    expect(await result.finishReason).toBe('interrupted');
    const [second] = sandbox.requestsTo({ service: 'vllm' });
    expect(await second?.ended).toBe('client');
  });

  it('a cut answer rejects generateText', async () => {
    const { sandbox, sluice } = await startBench();
    sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    const call = ai.generateText({ model: sluice('all'), prompt: 'Hello' });
    await expect(call).rejects.toMatchObject({ data: { code: 'truncated' }, isRetryable: false });
  });

  it.each([
    { phase: 'awaiting the head', fault: { name: 'never-answer' } },
    { phase: 'awaiting the first token', fault: { name: 'stall', parameters: { after: 0 } } },
    { phase: 'in mid-stream', fault: { name: 'stall', parameters: { after: 3 } } },
  ] as const)('an abort $phase closes the socket, and is told as an abort', async ({ fault }) => {
    const { sandbox, sluice, asked } = await startBench();
    sandbox.setFault('*', fault);
    for (const reason of [undefined, 'a reason of the user']) {
      sandbox.reset();
      sandbox.setFault('*', fault);
      const controller = new AbortController();
      const told: string[] = [];
      const result = ai.streamText({
        model: sluice('all'),
        prompt: 'Hello',
        abortSignal: controller.signal,
        onAbort: () => void told.push('abort'),
        onError: () => void told.push('error'),
      });
      const reading = (async () => {
        for await (const part of result.fullStream) {
          if (part.type === 'text-delta') controller.abort(reason);
        }
      })();
      await sandbox.waitForRequest({ phase: 'message' });
      if (!(fault.name === 'stall' && fault.parameters.after > 0)) controller.abort(reason);
      const from = performance.now();
      await Promise.all([closedByClient(sandbox, from), reading]);
      expect(told).toEqual(['abort']);
      expect(asked()).toEqual([1, 0, 0]);
    }
  });

  it('an abort of generateText closes the socket and rejects with an AbortError', async () => {
    const { sandbox, sluice } = await startBench();
    sandbox.setFault('*', { name: 'stall', parameters: { after: 3 } });
    const controller = new AbortController();
    const call = ai.generateText({ model: sluice(), prompt: 'Hello', abortSignal: controller.signal });
    await sandbox.waitForRequest({ phase: 'message' });
    controller.abort();
    const from = performance.now();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await closedByClient(sandbox, from);
  });

  it('tools: the input streams, the tool runs, its result goes back, and the answer follows', async () => {
    const { sandbox, sluice, asked } = await startBench();
    sandbox.setFault('openai', { name: 'status-503', times: 2 });
    const cities: string[] = [];
    const result = ai.streamText({
      model: sluice('all'),
      prompt: 'call weather for Oslo',
      tools: {
        weather: ai.tool({
          description: 'The weather of a city',
          inputSchema: z.object({ city: z.string() }),
          execute: ({ city }) => {
            cities.push(city);
            return { sky: 'clear as glass' };
          },
        }),
      },
      stopWhen: ai.stepCountIs(3),
    });
    const types: string[] = [];
    for await (const part of result.fullStream) if (types.at(-1) !== part.type) types.push(part.type);
    expect(types.filter((type) => type.startsWith('tool-'))).toEqual([
      'tool-input-start',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
      'tool-result',
    ]);
    expect(types.at(-1)).toBe('finish');
    expect(cities).toEqual(['call weather for Oslo']);
    const steps = await result.steps;
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
    expect(await result.text).toContain('clear as glass');
    expect(asked()[0]).toBeLessThanOrEqual(2);
    expect(asked()[1]).toBe(2);
  });

  it('tools with generateText: the loop comes to an end', async () => {
    const { sluice } = await startBench();
    const { text, steps } = await ai.generateText({
      model: sluice('all'),
      prompt: 'call clock',
      tools: {
        clock: ai.tool({ inputSchema: z.object({}), execute: () => 'half past nine' }),
      },
      stopWhen: ai.stepCountIs(3),
    });
    expect(steps).toHaveLength(2);
    expect(text).toContain('half past nine');
  });

  it('a tool that must be called is called, and none when none may be', async () => {
    const { sluice } = await startBench();
    const tools = {
      weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute: () => 'clear' }),
    };
    const model = sluice('all');
    const prompt = 'Hello';
    const required = await ai.generateText({
      model,
      prompt,
      tools,
      toolChoice: { type: 'tool', toolName: 'weather' },
    });
    expect(required.toolCalls).toMatchObject([{ toolName: 'weather', input: { city: prompt } }]);
    const none = await ai.generateText({ model, prompt: 'call weather', tools, toolChoice: 'none' });
    expect(none.toolCalls).toEqual([]);
  });

  it('Output.object: the schema reaches the target, and the object comes back, whole and in parts', async () => {
    const { sandbox, sluice } = await startBench();
    const output = ai.Output.object({ schema: z.object({ title: z.string(), parts: z.number() }) });
    const whole = await ai.generateText({ model: sluice('all'), prompt: 'A book', output });
    expect(whole.output).toMatchObject({ title: expect.any(String), parts: expect.any(Number) });
    const streamed = ai.streamText({ model: sluice('all'), prompt: 'A book', output });
    const partial: unknown[] = [];
    for await (const each of streamed.partialOutputStream) partial.push(each);
    expect(partial.at(-1)).toEqual(await streamed.output);
    expect(sandbox.requests[0]?.json()).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema: { required: ['title', 'parts'] } } },
    });
  });

  it('reasoning comes apart from the text, and its tokens are counted apart', async () => {
    const { sluice } = await startBench();
    const result = ai.streamText({ model: sluice('one:sandbox-reasoner'), prompt: 'Why?', reasoning: 'low' });
    const types: string[] = [];
    for await (const { type } of result.fullStream) if (types.at(-1) !== type) types.push(type);
    expect(types.slice(2, 8)).toEqual([
      'reasoning-start',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
      'text-end',
    ]);
    expect(await result.reasoningText).not.toBe('');
    const { outputTokenDetails } = await result.usage;
    expect(outputTokenDetails.reasoningTokens).toBeGreaterThan(0);
    const { reasoningText, text } = await ai.generateText({
      model: sluice('one:sandbox-reasoner'),
      prompt: 'Why?',
    });
    expect([reasoningText, text]).not.toContain('');
  });

  it('images and files reach a target that can take them', async () => {
    const { sandbox, sluice } = await startBench();
    const content = [
      { type: 'text' as const, text: 'What do you see?' },
      { type: 'file' as const, data: dot, mediaType: 'image' },
      { type: 'file' as const, data: new TextEncoder().encode('%PDF-1.7'), mediaType: 'application/pdf' },
    ];
    const { text } = await ai.generateText({ model: sluice('one'), messages: [{ role: 'user', content }] });
    expect(text).toMatch(/1 image/);
    expect(JSON.stringify(sandbox.requests[0]?.json())).toContain(`data:image/png;base64,${dot}`);
  });

  it('what a target lacks is refused before anything is sent, or told as a warning', async () => {
    const { bare, asked } = await startBench();
    const poor = bare({}, { capabilities: { vision: 'none', stop: 'emulated', parameters: ['topP'] } });
    const content = [{ type: 'file' as const, data: dot, mediaType: 'image/png' }];
    const messages = [{ role: 'user' as const, content }];
    await expect(ai.generateText({ model: poor(), messages })).rejects.toMatchObject({
      data: { code: 'unsupported' },
    });
    expect(asked()).toEqual([0, 0, 0]);
    const { warnings } = await ai.generateText({
      model: poor(),
      prompt: 'Hello',
      temperature: 1,
      stopSequences: ['END'],
    });
    expect(warnings).toMatchObject([
      { type: 'compatibility', feature: 'stopSequences' },
      { type: 'unsupported', feature: 'temperature' },
    ]);
  });

  it('settings, headers and options of Sluice providers reach the wire; the name of the AI SDK alone does not', async () => {
    const { sandbox, bare } = await startBench();
    const sluice = bare({ headers: { 'x-always': 'a', 'x-mine': 'b' } });
    await ai.generateText({
      model: sluice('sandbox'),
      system: 'Be brief.',
      prompt: 'Hello',
      maxOutputTokens: 9,
      temperature: 0.5,
      topP: 0.5,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      stopSequences: ['END'],
      headers: { 'X-Mine': 'c' },
      providerOptions: { sluice: { user: 'u1' }, one: { logit_bias: { 5: 1 } }, openai: { store: true } },
    });
    const [request] = sandbox.requests;
    expect(request?.json()).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
      max_tokens: 9,
      temperature: 0.5,
      top_p: 0.5,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop: ['END'],
      user: 'u1',
      logit_bias: { 5: 1 },
    });
    expect(request?.json()).not.toHaveProperty('store');
    expect(request?.headers).toMatchObject({ 'x-always': 'a', 'x-mine': 'c' });
    expect(request?.headers['user-agent'] ?? '').not.toMatch(/\bai\//);
  });

  it('works by string ids in createProviderRegistry, and as the default provider', async () => {
    const { sluice } = await startBench();
    const models = ai.createProviderRegistry({ sluice });
    const byRegistry = await ai.generateText({
      model: models.languageModel('sluice:two:sandbox'),
      prompt: 'Hello',
    });
    expect(byRegistry.providerMetadata).toMatchObject({ sluice: { target: 'two:sandbox' } });
    globalThis.AI_SDK_DEFAULT_PROVIDER = sluice;
    onTestFinished(() => {
      globalThis.AI_SDK_DEFAULT_PROVIDER = undefined;
    });
    const byDefault = await ai.generateText({ model: 'three:sandbox', prompt: 'Hello' });
    expect(byDefault.providerMetadata).toMatchObject({ sluice: { target: 'three:sandbox' } });
    expect(() => models.embeddingModel('sluice:one')).toThrow(/chat models only/);
  });

  it('an unknown model is refused with the nearest name, and is not asked for again', async () => {
    const { sluice, asked } = await startBench();
    const call = ai.generateText({ model: sluice('four:sandbox'), prompt: 'Hello' });
    await expect(call).rejects.toMatchObject({ isRetryable: false, data: { code: 'model-not-found' } });
    expect(asked()).toEqual([0, 0, 0]);
  });

  it('a reader who leaves closes the socket', async () => {
    const { sandbox, sluice } = await startBench({ tokensPerSecond: 20, answerTokens: 1_000 });
    const { stream } = await sluice('all').doStream(hello);
    const reader = stream.getReader();
    await reader.read();
    const from = performance.now();
    await reader.cancel();
    await closedByClient(sandbox, from);
  });

  it('raw chunks come where they are asked for', async () => {
    const { sluice } = await startBench();
    const { stream } = await sluice('all').doStream({ ...hello, includeRawChunks: true });
    const types = new Set<string>();
    for await (const { type } of stream) types.add(type);
    expect(types).toContain('raw');
  });
});

const hello: LanguageModelV4CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
};
