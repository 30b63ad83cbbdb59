import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from '@ai-sdk/provider';
import { type ChatEvent, type ChatProvider, type ChatRequest, complete } from '@sluice/core';
import { createRegistry } from '@sluice/registry';
import { createSandbox, type Sandbox, type SandboxOptions } from '@sluice/sandbox';
import { generateText, streamText } from 'ai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSluice } from '../to-ai-sdk/create-sluice.ts';
import { type FromLanguageModelOptions, fromLanguageModel } from './from-language-model.ts';

const hello: ChatRequest = { messages: [{ role: 'user', content: 'What is a sluice, and who keeps it?' }] };

async function start(options: SandboxOptions = {}): Promise<{
  readonly sandbox: Sandbox;
  provider(service?: 'openai' | 'vllm', options?: FromLanguageModelOptions, model?: string): ChatProvider;
}> {
  const sandbox = await createSandbox({
    answerTokens: 20,
    services: { openai: { anyModel: true } },
    ...options,
  });
  onTestFinished(() => sandbox.close());
  return {
    sandbox,
    provider: (service = 'openai', given = {}, model = 'sandbox') =>
      fromLanguageModel(
        createOpenAICompatible({
          name: service,
          baseURL: sandbox.urls[service],
          includeUsage: true,
          supportsStructuredOutputs: true,
        })(model),
        given,
      ),
  };
}

describe('a model of the AI SDK as a provider', () => {
  it('answers, streamed and whole, and tells usage, model and id', async () => {
    const { sandbox, provider } = await start();
    const model = provider();
    expect(model.id).toBe('openai');
    const stream = await model.stream(hello);
    const pieces: string[] = [];
    for await (const piece of stream.textStream) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join('')).toBe(sandbox.requests[0]?.answer);
    for (const streamed of [true, false]) {
      const result = await complete(model, hello, { stream: streamed });
      expect(result).toMatchObject({
        text: sandbox.requests.at(-1)?.answer,
        finishReason: 'stop',
        rawFinishReason: 'stop',
        usage: { outputTokens: 20 },
        model: 'sandbox',
        provider: 'openai',
        id: expect.any(String),
      });
    }
  });

  it('takes part in failover: the broken one is left, each is asked once, and the route says so', async () => {
    const { sandbox, provider } = await start();
    sandbox.setFault('openai', 'status-503');
    const registry = createRegistry({
      providers: [provider('openai'), provider('vllm')],
      routes: { all: { targets: ['openai', 'vllm'], strategy: 'ordered' } },
    });
    const result = await complete(registry, { ...hello, model: 'all' });
    expect(result.provider).toBe('vllm');
    expect(result.route?.attempts).toMatchObject([{ outcome: 'overloaded' }, { outcome: 'served' }]);
    expect(sandbox.requests.map(({ service }) => service)).toEqual(['openai', 'vllm']);
    await registry.close();
  });

  it('goes there and back: the AI SDK over a registry over models of the AI SDK', async () => {
    const { sandbox, provider } = await start();
    sandbox.setFault('openai', 'status-500');
    const registry = createRegistry({
      providers: [provider('openai'), provider('vllm')],
      routes: { all: { targets: ['openai', 'vllm'], strategy: 'ordered' } },
    });
    const model = createSluice(registry)('all');
    const { text, providerMetadata } = await generateText({ model, prompt: 'Hello' });
    expect(text).toBe(sandbox.requests.at(-1)?.answer);
    expect(providerMetadata).toMatchObject({ sluice: { target: 'vllm' } });
    const streamed = streamText({ model, prompt: 'Hello' });
    expect(await streamed.text).toBe(text);
    await registry.close();
  });

  it('calls tools with streamed arguments, and takes their results', async () => {
    const { provider } = await start();
    const tools = [
      {
        name: 'weather',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    ];
    const ask: ChatRequest = { messages: [{ role: 'user', content: 'call weather' }], tools };
    const events: ChatEvent[] = [];
    for await (const event of await provider().stream(ask)) events.push(event);
    const deltas = events.filter((event) => event.type === 'tool-call-delta');
    const [call] = events.filter((event) => event.type === 'tool-call');
    expect(call).toMatchObject({ name: 'weather', arguments: '{"city":"call weather"}' });
    expect(deltas.map(({ argumentsDelta }) => argumentsDelta).join('')).toBe(call?.arguments);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls' });
    const { id = '', name = '' } = call ?? {};
    const { text } = await complete(provider(), {
      messages: [
        ...ask.messages,
        { role: 'assistant', content: '', toolCalls: [{ id, name, arguments: '{"city":"Oslo"}' }] },
        { role: 'tool', toolCallId: id, content: 'clear as glass' },
      ],
      tools,
    });
    expect(text).toContain('clear as glass');
  });

  it('sends settings, formats and its own options, and says what it could not send', async () => {
    const { sandbox, provider } = await start();
    const result = await complete(provider(), {
      ...hello,
      temperature: 0.5,
      maxOutputTokens: 9,
      seed: 7,
      stop: ['END'],
      topK: 4,
      user: 'u1',
      reasoningEffort: 'extreme',
      responseFormat: { type: 'json', schema: { type: 'object', properties: {} }, strict: true },
      providerOptions: { openai: { logit_bias: { 5: 1 } }, other: { secret: 1 } },
    });
    expect(sandbox.requests[0]?.json()).toMatchObject({
      temperature: 0.5,
      max_tokens: 9,
      seed: 7,
      stop: ['END'],
      logit_bias: { 5: 1 },
      response_format: { type: 'json_schema' },
    });
    expect(JSON.stringify(sandbox.requests[0]?.json())).not.toContain('secret');
    expect(result.warnings.map(({ code, feature }) => `${code} ${feature}`).sort()).toEqual([
      'unsupported-parameter reasoningEffort',
      'unsupported-parameter responseFormat',
      'unsupported-parameter topK',
      'unsupported-parameter user',
    ]);
  });

  it('refuses what was not declared before anything is sent, and sends it where it was', async () => {
    const { sandbox, provider } = await start();
    const image = { type: 'image', data: 'aGVsbG8=', mediaType: 'image/png' } as const;
    const ask = (...content: object[]): ChatRequest => ({
      messages: [{ role: 'user', content: content as never }],
    });
    await expect(complete(provider(), ask(image))).rejects.toMatchObject({ code: 'unsupported' });
    const seeing = provider('openai', { capabilities: { vision: 'native' } });
    const url = { type: 'image', url: 'https://example.com/a.png' };
    await expect(complete(seeing, ask(url))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('supportedUrls'),
    });
    expect(sandbox.requests).toEqual([]);
    const inline = { type: 'image', url: 'data:image/png;base64,aGVsbG8=' };
    const { text } = await complete(seeing, ask({ type: 'text', text: 'See?' }, image, inline));
    expect(text).toMatch(/2 image/);
  });

  it('applies stop sequences itself where the model has none', async () => {
    const { sandbox, provider } = await start({ reply: () => ['one ', 'two ', 'EN', 'D three'] });
    const simple = provider('openai', { capabilities: { stop: 'emulated' } });
    const { text, warnings } = await complete(simple, { ...hello, stop: 'END' });
    expect(text).toBe('one two ');
    expect(warnings).toMatchObject([{ code: 'emulated', feature: 'stop' }]);
    expect(sandbox.requests[0]?.json()).not.toHaveProperty('stop');
  });

  it.each([
    ['status-401', 'auth', 401],
    ['status-429', 'rate-limited', 429],
    ['status-529', 'overloaded', 529],
    ['reset-before-headers', 'network', undefined],
    ['garbage', 'invalid-response', undefined],
    ['error-first', 'server-error', undefined],
    ['empty-body', 'truncated', undefined],
    ['challenge-page', 'invalid-response', undefined],
  ] as const)('%s is %s', async (fault, code, status) => {
    const { sandbox, provider } = await start();
    sandbox.setFault('openai', fault);
    const failure = await complete(provider(), hello).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, provider: 'openai', model: 'sandbox' });
    if (status !== undefined) expect(failure).toMatchObject({ status });
    if (fault === 'status-429') expect(failure).toMatchObject({ retryAfterMs: 2_000 });
    expect(sandbox.requests).toHaveLength(1);
  });

  it('a cut answer is truncated with what was said, also where it was asked for as a whole', async () => {
    const { sandbox, provider } = await start();
    sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    const failure = await complete(provider(), hello).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'truncated',
      sent: 'yes',
      partial: { text: expect.stringMatching(/./) },
    });
  });

  it('knows no second model, lists the one it has, and takes its aliases', async () => {
    const { provider } = await start();
    const model = provider('openai', { id: 'mine', aliases: ['best'] });
    expect(await model.listModels()).toEqual([{ id: 'sandbox', source: 'manifest' }]);
    await expect(model.stream({ ...hello, model: 'sandbax' })).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('did you mean sandbox?'),
    });
    expect((await complete(model, { ...hello, model: 'best' })).provider).toBe('mine');
  });

  it('whoever leaves aborts the model’s work, also of a model whose stream does not mind', async () => {
    let signal: AbortSignal | undefined;
    const model: LanguageModelV4 = {
      specificationVersion: 'v4',
      provider: 'endless.chat',
      modelId: 'm',
      supportedUrls: {},
      doGenerate: () => Promise.reject(new Error('not asked for')),
      async doStream({ abortSignal }) {
        signal = abortSignal;
        const stream = new ReadableStream({
          pull: (controller) => controller.enqueue({ type: 'text-delta', id: '0', delta: 'on ' }),
        });
        return { stream };
      },
    };
    for await (const _ of await fromLanguageModel(model).stream(hello)) break;
    expect(signal?.aborted).toBe(true);
  });

  it('a model that looks its addresses up for ever does not outlive an abort, and a look-up that fails is its failure', async () => {
    const { sandbox, provider } = await start();
    const unused = () => Promise.reject(new Error('not asked for'));
    const slow = (lookUp: () => LanguageModelV4['supportedUrls']): LanguageModelV4 => ({
      specificationVersion: 'v4',
      provider: 'slow.chat',
      modelId: 'm',
      get supportedUrls() {
        return lookUp();
      },
      doGenerate: unused,
      doStream: unused,
    });
    const never = fromLanguageModel(slow(() => new Promise(() => {})));
    const controller = new AbortController();
    const waiting = never.stream(hello, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    await expect(never.stream(hello, { timeout: 20 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
    const failing = fromLanguageModel(slow(() => Promise.reject(new Error('no such host'))));
    const registry = createRegistry({
      providers: [failing, provider('vllm')],
      routes: { all: { targets: ['slow', 'vllm'], strategy: 'ordered' } },
      retry: { baseMs: 1, maxMs: 2 },
    });
    const { route } = await complete(registry, { ...hello, model: 'all' });
    expect(route?.target).toBe('vllm');
    expect(sandbox.requests).toHaveLength(1);
    await registry.close();
  });

  it('what a model throws before it has promised anything is its failure, too, and repeats no prompt', async () => {
    const model = {
      ...older(),
      specificationVersion: 'v4',
      doGenerate() {
        throw new Error(`cannot answer ${hello.messages[0]?.content}`);
      },
    } as unknown as LanguageModelV4;
    const failure = await complete(fromLanguageModel(model), hello, { stream: false }).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ code: 'server-error' });
    expect(failure.cause).toBeUndefined();
    expect(String(failure)).not.toContain('who keeps it');
  });

  it('has no proxy for one call, and no call after it was closed', async () => {
    const { sandbox, provider } = await start();
    const model = provider();
    await expect(model.stream(hello, { proxy: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      code: 'unsupported',
    });
    await model.close();
    await expect(model.stream(hello)).rejects.toMatchObject({ code: 'aborted' });
    expect(sandbox.requests).toEqual([]);
  });
});

/** A model of specification v3 that says what it was given. */
function older(): LanguageModelV3 & { readonly given: unknown[] } {
  const given: unknown[] = [];
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  const finishReason = { unified: 'stop', raw: 'stop' } as const;
  return {
    specificationVersion: 'v3',
    provider: 'Older Things.chat',
    modelId: 'm3',
    supportedUrls: {},
    given,
    async doGenerate(options) {
      given.push(options);
      return { content: [{ type: 'text', text: 'whole' }], finishReason, usage, warnings: [] };
    },
    async doStream(options) {
      given.push(options);
      const parts = [
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'streamed' },
        { type: 'finish', finishReason, usage },
      ] as const;
      return { stream: ReadableStream.from(parts) as ReadableStream };
    },
  };
}

describe('an older model', () => {
  it('of specification v3 is taken, files and all', async () => {
    const model = older();
    const provider = fromLanguageModel(model, { capabilities: { vision: 'native' } });
    expect(provider.id).toBe('older-things');
    const image = { type: 'image', data: 'aGk=', mediaType: 'image/png' } as const;
    const result = await complete(provider, {
      messages: [{ role: 'user', content: [image] }],
      reasoningEffort: 'low',
    });
    expect(result).toMatchObject({ text: 'streamed', usage: { inputTokens: 1 } });
    expect(result.warnings).toMatchObject([{ feature: 'reasoningEffort' }]);
    expect(model.given[0]).toMatchObject({
      prompt: [{ role: 'user', content: [{ type: 'file', mediaType: 'image/png', data: 'aGk=' }] }],
    });
    expect(model.given[0]).not.toHaveProperty('reasoning');
    expect((await complete(provider, hello, { stream: false })).text).toBe('whole');
  });

  it('of specification v2, and what is no model, is refused with what to do', () => {
    const v2 = { specificationVersion: 'v2' } as LanguageModelV2;
    expect(() => fromLanguageModel(v2 as unknown as LanguageModelV4)).toThrow(/got v2; update the package/);
    expect(() => fromLanguageModel('openai/gpt-5' as unknown as LanguageModelV4)).toThrow(/got string/);
  });
});
