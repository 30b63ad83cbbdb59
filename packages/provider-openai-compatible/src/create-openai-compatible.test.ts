import { type ChatError, complete } from '@sluice/core';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOpenAICompatible } from './create-openai-compatible.ts';
import type { OpenAICompatibleOptions } from './options.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox({
    services: { openai: { apiKey: 'key-1234' } },
  });
});

beforeEach(() => sandbox.reset());

afterAll(() => sandbox.close());

const ask = { messages: [{ role: 'user', content: 'What does a sluice do, please?' }] } as const;

function provider(options: Partial<OpenAICompatibleOptions> = {}) {
  return createOpenAICompatible({
    id: 'local',
    baseURL: sandbox.urls.openai,
    apiKey: 'key-1234',
    defaultModel: 'sandbox',
    ...options,
  });
}

/** What the server received last. */
function received() {
  const request = sandbox.requests.at(-1);
  if (!request) throw new Error('nothing was received');
  return request;
}

async function failure(promise: Promise<unknown>): Promise<ChatError> {
  return promise.then(
    () => expect.fail('expected a failure'),
    (error: ChatError) => error,
  );
}

describe('an answer', () => {
  test('streams, and is whole at the end', async () => {
    await using stream = await provider().stream(ask);
    const pieces: string[] = [];
    for await (const text of stream.textStream) pieces.push(text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(received().answer);
  });

  test('comes whole on request, with the same events', async () => {
    const whole = await complete(provider(), ask, { stream: false });
    expect(received().json()).toMatchObject({ stream: false });
    expect(received().json()).not.toHaveProperty('stream_options');
    expect(whole).toMatchObject({ text: received().answer, finishReason: 'stop', model: 'sandbox' });
    expect(whole.usage?.outputTokens).toBeGreaterThan(0);
  });

  test('says who gave it, when, and how many tokens it took', async () => {
    const result = await complete(provider(), ask);
    expect(result).toMatchObject({
      provider: 'local',
      model: 'sandbox',
      finishReason: 'stop',
      rawFinishReason: 'stop',
    });
    expect(result.id).toMatch(/^chatcmpl-/);
    expect(result.usage?.totalTokens).toBeGreaterThan(0);
  });
});

describe('a request', () => {
  test('goes to the chat completions of the base URL as JSON, with the key', async () => {
    await complete(provider({ baseURL: `${sandbox.urls.openai}/` }), ask);
    const { method, path, headers } = received();
    expect([method, path]).toEqual(['POST', '/v1/chat/completions']);
    expect(headers).toMatchObject({
      authorization: 'Bearer key-1234',
      'content-type': 'application/json',
      accept: 'text/event-stream, application/json',
    });
  });

  test('has no authorization without a key, and headers by call over provider over default', async () => {
    const open = provider({
      baseURL: sandbox.urls.vllm,
      apiKey: '',
      headers: { 'X-Team': 'a', ACCEPT: '*/*', 'X-Kept': 'k' },
    });
    await complete(open, { ...ask, model: 'sandbox/vllm-8b' }, { headers: { 'x-team': 'b' } }).catch(
      () => {},
    );
    const { headers } = received();
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).toMatchObject({ 'x-team': 'b', 'x-kept': 'k', accept: '*/*' });
  });

  test('resolves aliases and passes unknown models on to the server', async () => {
    const local = provider({ modelAliases: { small: 'sandbox-mini' } });
    expect((await complete(local, { ...ask, model: 'small' })).model).toBe('sandbox-mini');
    expect((await failure(local.stream({ ...ask, model: 'no-such-model' }))).code).toBe('model-not-found');
    expect(received().json()).toMatchObject({ model: 'no-such-model' });
  });

  test('carries the defaults of the provider and the extra fields of both', async () => {
    const local = provider({ defaults: { temperature: 0.5 }, extraFields: { logprobs: true, store: false } });
    await complete(local, { ...ask, providerOptions: { local: { store: true }, h2o: { unknown: 1 } } });
    expect(received().json()).toMatchObject({ temperature: 0.5, logprobs: true, store: true });
    expect(received().json()).not.toHaveProperty('unknown');
  });

  test.each([
    ['no model', {}, 'model is missing'],
    ['an empty list of messages', { model: 'm', messages: [] }, 'messages is empty'],
    [
      'an extra field that the request has itself',
      { model: 'm', providerOptions: { local: { temperature: 1 } } },
      'providerOptions.local.temperature must not be set',
    ],
    [
      'a tool that is not there',
      { model: 'm', toolChoice: { name: 'f' } },
      'toolChoice asks for a tool call',
    ],
  ])('with %s is refused, and nothing is sent', async (_what, request, message) => {
    const local = createOpenAICompatible({ id: 'local', baseURL: sandbox.urls.vllm });
    const error = await failure(local.stream({ ...ask, ...request }));
    expect(error).toMatchObject({ code: 'invalid-request', sent: 'no' });
    expect(error.message).toContain(message);
    expect(sandbox.requests).toEqual([]);
  });

  test('that asks for what the server was said to lack is refused', async () => {
    const local = provider({ capabilities: { tools: 'none' } });
    expect((await failure(local.stream({ ...ask, tools: [{ name: 'f' }] }))).code).toBe('unsupported');
    expect(sandbox.requests).toEqual([]);
  });

  test('stops at stop sequences on this side where the server was said to lack them', async () => {
    const local = provider({ capabilities: { stop: 'emulated' } });
    sandbox.configure({ reply: () => ['one', ' END', ' two'] });
    try {
      expect((await complete(local, { ...ask, stop: 'END' })).text).toBe('one ');
    } finally {
      sandbox.configure({ reply: () => undefined });
    }
  });
});

describe('options that cannot work', () => {
  test.each([
    [{ id: 'My Server' }, 'id must be lower-case letters, digits and hyphens, got "My Server"'],
    [{ baseURL: 'localhost:8000' }, 'baseURL of local must be an http:// or https:// address'],
    [{ defaults: { temperature: -1 } }, 'defaults of local: temperature must be a number from 0'],
    [
      { extraFields: { max_tokens: 5 } },
      "extraFields.max_tokens must not be set: use the request's own field maxOutputTokens",
    ],
  ])('%j are refused when the provider is made', (options, message) => {
    expect(() => provider(options)).toThrow(message);
  });
});

describe('models', () => {
  test('are asked of the server', async () => {
    expect(await provider().listModels()).toContainEqual(
      expect.objectContaining({ id: 'sandbox', source: 'upstream' }),
    );
    expect(received()).toMatchObject({ method: 'GET', path: '/v1/models' });
    expect(received().headers.authorization).toBe('Bearer key-1234');
  });

  test('are those of the option where there is one', async () => {
    expect(await provider({ models: ['a', 'b'] }).listModels()).toEqual([
      { id: 'a', source: 'manifest' },
      { id: 'b', source: 'manifest' },
    ]);
    expect(sandbox.requests).toEqual([]);
  });

  test('of a server that refuses are a failure with its reason', async () => {
    const error = await failure(provider({ apiKey: 'wrong-key' }).listModels());
    expect(error).toMatchObject({ code: 'auth', status: 401, provider: 'local' });
  });
});

describe('failures', () => {
  test('keep the reason of the server, and not the key', async () => {
    const error = await failure(provider({ apiKey: 'wrong-key-5678' }).stream(ask));
    expect(error).toMatchObject({ code: 'auth', status: 401, sent: 'no' });
    expect(error.message).toContain('Incorrect API key provided.');
    expect(JSON.stringify(error)).not.toContain('wrong-key-5678');
  });

  test('of a failing model come before the answer as rejections, after its beginning as throws', async () => {
    const fail = (tokens: readonly string[]) =>
      sandbox.configure({ reply: () => ({ tokens, failure: { message: 'out of memory', status: 503 } }) });
    try {
      fail([]);
      expect((await failure(provider().stream(ask))).message).toContain('out of memory');
      fail(['one', ' two']);
      const stream = await provider().stream(ask);
      const error = await failure(stream.result());
      expect(error).toMatchObject({ code: 'server-error', sent: 'yes', partial: { text: 'one two' } });
      expect(error.message).toContain('out of memory');
    } finally {
      sandbox.configure({ reply: () => undefined });
    }
  });

  test('of a base URL without its /v1 say so', async () => {
    const local = provider({ baseURL: sandbox.urls.openai.replace('/v1', '') });
    const error = await failure(local.stream(ask));
    expect(error).toMatchObject({ code: 'invalid-response', status: 404 });
    expect(error.message).toContain('baseURL');
  });

  test('of a server that is down are network errors', async () => {
    const gone = await createSandbox();
    await gone.close();
    const error = await failure(provider({ baseURL: gone.urls.openai }).stream(ask));
    expect(error).toMatchObject({ code: 'network', sent: 'no', provider: 'local' });
  });
});

describe('a caller who leaves', () => {
  test.each(['break', 'abort', 'cancel'])('by %s closes the socket', async (how) => {
    const controller = new AbortController();
    const local = provider();
    const stream = await local.stream(ask, {
      signal: controller.signal,
      headers: { 'x-sandbox-tokens': '1000', 'x-sandbox-tokens-per-second': '200' },
    });
    const request = received();
    try {
      for await (const _event of stream) {
        if (how === 'break') break;
        if (how === 'abort') controller.abort();
        if (how === 'cancel') await stream.cancel();
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'aborted' });
    }
    expect(await request.ended).toBe('client');
    await sandbox.waitUntil(() => request.socketClosed);
    await local.close();
  });
});

test('two answers at once do not mix', async () => {
  const local = provider();
  const texts = await Promise.all(
    ['first question', 'second question, longer'].map(async (content) => {
      const { text } = await complete(local, { messages: [{ role: 'user', content }] });
      return [content, text] as const;
    }),
  );
  for (const [content, text] of texts) {
    expect(sandbox.requests.find(({ body }) => body.includes(content))?.answer).toBe(text);
  }
});

test('the token of a header of one’s own stays out of errors, also without its scheme', async () => {
  sandbox.configure({
    reply: () => ({ failure: { message: 'no account for own-token-123456', status: 500 } }),
  });
  try {
    const headers = { 'x-account-key': 'Token own-token-123456' };
    const error = await failure(complete(provider({ headers }), ask));
    expect(error.message).toContain('no account for');
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('own-token');
  } finally {
    sandbox.configure({ reply: () => undefined });
  }
});
