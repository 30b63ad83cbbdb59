import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { describe, expect, test } from 'vitest';
import { hello, startTestGateway, type TestGateway } from '../gateway.fixture.ts';
import { sandboxProvider } from '../sandbox-provider.fixture.ts';

const key = 'a-key-for-tests-0123456789';
const env = { TEAM_KEY: key, SMALL_KEY: `${key}-small`, SLOW_KEY: `${key}-slow` };

function open(): Promise<TestGateway> {
  return startTestGateway({
    env,
    providers: ({ urls }) => [
      { provider: sandboxProvider('main', urls.openai), models: ['sandbox', 'sandbox-reasoner'] },
      sandboxProvider('other', urls.ylokh, 'sandbox-mini'),
    ],
    registry: { routes: { both: ['main', 'other'] } },
    server: {
      keys: [
        { name: 'team', env: 'TEAM_KEY' },
        { name: 'small', env: 'SMALL_KEY', models: ['main:sandbox'] },
        { name: 'slow', env: 'SLOW_KEY', requestsPerMinute: 1 },
      ],
    },
  });
}

function client(gateway: TestGateway, options: ConstructorParameters<typeof OpenAI>[0] = {}): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1`, maxRetries: 0, ...options });
}

test('a stream arrives whole, with its role first, its finish reason and its usage last', async () => {
  await using gateway = await open();
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  const stream = await client(gateway).chat.completions.create({
    ...hello,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
    gateway.sandbox.requests.at(-1)?.answer,
  );
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
});

test('a whole answer has its text, its finish reason and its usage', async () => {
  await using gateway = await open();
  const { data, response } = await client(gateway).chat.completions.create(hello).withResponse();
  expect(data.choices[0]?.message).toMatchObject({
    role: 'assistant',
    content: gateway.sandbox.requests.at(-1)?.answer,
  });
  expect(data).toMatchObject({
    object: 'chat.completion',
    model: 'main:sandbox',
    usage: { completion_tokens: expect.any(Number) },
  });
  expect(response.headers.get('x-sluice-route')).toMatch(/^main; strategy=ordered; attempts=1/);
});

const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

test('a tool call arrives whole and streamed, and its answer goes back', async () => {
  await using gateway = await open();
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'call weather in Bern' }];
  const runner = client(gateway).chat.completions.stream({ model: 'main', messages, tools });
  const streamed = (await runner.finalChatCompletion()).choices[0]?.message.tool_calls;
  const whole = await client(gateway).chat.completions.create({ model: 'main', messages, tools });
  const [choice] = whole.choices;
  expect(choice?.finish_reason).toBe('tool_calls');
  expect(streamed?.map((call) => call.type === 'function' && call.function)).toMatchObject(
    choice?.message.tool_calls?.map((call) => call.type === 'function' && call.function) ?? [],
  );
  if (!choice) throw new Error('no choice');
  const id = choice.message.tool_calls?.[0]?.id ?? '';
  // The message goes back as the client got it.
  const next = await client(gateway).chat.completions.create({
    model: 'main',
    messages: [...messages, choice.message, { role: 'tool', tool_call_id: id, content: 'sunny, 21 degrees' }],
    tools,
  });
  expect(next.choices[0]?.message.content).toContain('sunny, 21 degrees');
});

test('a message that the client has parsed goes back as it is, as text and as a tool call', async () => {
  await using gateway = await open();
  const { completions } = client(gateway).chat;
  const strict = tools.map((tool) => ({
    ...tool,
    function: { ...tool.function, strict: true },
  }));
  for (const content of ['hello', 'call weather in Bern']) {
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content }];
    for (const answer of [
      await completions.parse({ model: 'main', messages, tools: strict }),
      await completions.stream({ model: 'main', messages, tools: strict }).finalChatCompletion(),
    ]) {
      const message = answer.choices[0]?.message;
      if (!message) throw new Error('no message');
      expect(message).toHaveProperty('parsed');
      const results = (message.tool_calls ?? []).map(
        ({ id }): OpenAI.ChatCompletionMessageParam => ({ role: 'tool', tool_call_id: id, content: 'sunny' }),
      );
      const again: OpenAI.ChatCompletionMessageParam = { role: 'user', content: 'and now?' };
      const next = await completions.create({
        model: 'main',
        messages: [...messages, message, ...results, again],
      });
      expect(next.choices[0]?.finish_reason).toBe('stop');
    }
  }
});

test('an answer held to a JSON schema fits it', async () => {
  await using gateway = await open();
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const answer = await client(gateway).chat.completions.create({
    ...hello,
    response_format: { type: 'json_schema', json_schema: { name: 'place', schema } },
  });
  expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toMatchObject({ city: expect.any(String) });
});

test('reasoning comes as reasoning_content', async () => {
  await using gateway = await open();
  const answer = await client(gateway).chat.completions.create({ ...hello, model: 'main:sandbox-reasoner' });
  expect(answer.choices[0]?.message).toMatchObject({ reasoning_content: expect.stringMatching(/\w/) });
});

test('models are listed with their routes, and found by names with colons', async () => {
  await using gateway = await open();
  const ids = (await client(gateway).models.list()).data.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['both', 'main:sandbox', 'other:sandbox']));
  expect(await client(gateway).models.retrieve('main:sandbox')).toMatchObject({
    id: 'main:sandbox',
    object: 'model',
    owned_by: 'main',
  });
  await expect(client(gateway).models.retrieve('nobody:has/this')).rejects.toThrow(NotFoundError);
});

test('an upstream that is cut in mid-stream is an error, not a short good answer', async () => {
  await using gateway = await open();
  gateway.sandbox.setFault('openai', { name: 'reset', parameters: { after: 3 } });
  const stream = await client(gateway).chat.completions.create({ ...hello, stream: true });
  let text = '';
  const reading = (async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  })();
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ code: 'upstream_unreachable', type: 'server_error' });
  expect(gateway.sandbox.requests.at(-1)?.answer?.startsWith(text)).toBe(true);
  expect(text).not.toBe('');
});

test('a whole answer that is cut upstream is a 502', async () => {
  await using gateway = await open();
  gateway.sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
  await expect(client(gateway).chat.completions.create(hello)).rejects.toMatchObject({
    status: 502,
    code: 'upstream_truncated',
  });
});

const faults = [
  'reset-before-headers',
  'status-500',
  'error-first',
  'status-429',
  'only-finish',
  'challenge-page',
] as const;

test.each(faults)('an upstream that fails before its answer begins (%s) is never seen', async (fault) => {
  await using gateway = await open();
  gateway.sandbox.setFault('openai', fault);
  const { data, response } = await client(gateway)
    .chat.completions.create({ ...hello, model: 'both', stream: true })
    .withResponse();
  let text = '';
  for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
  expect(text).toBe(gateway.sandbox.requestsTo({ service: 'ylokh', phase: 'message' }).at(-1)?.answer);
  expect(response.headers.get('x-sluice-route')).toMatch(/^other; .*attempts=2; tried="main /);
});

test('leaving a stream closes the upstream within 250 ms', async () => {
  await using gateway = await open();
  gateway.sandbox.configure({ tokensPerSecond: 20, answerTokens: 500 });
  const { data, response } = await client(gateway)
    .chat.completions.create({ ...hello, stream: true })
    .withResponse();
  for await (const chunk of data) if (chunk.choices[0]?.delta.content) break;
  const left = performance.now();
  expect(await gateway.sandbox.requests.at(-1)?.ended).toBe('client');
  expect(performance.now() - left).toBeLessThan(250);
  expect(await gateway.lineOf(response.headers.get('x-request-id'))).toMatchObject({
    ending: 'client-gone',
    code: 'aborted',
  });
});

describe('the error classes of the client', () => {
  test('no key and a wrong key', async () => {
    await using gateway = await open();
    const wrong = client(gateway, { apiKey: 'sk-wrong-0123456789abcdef' }).chat.completions.create(hello);
    await expect(wrong).rejects.toMatchObject({
      constructor: AuthenticationError,
      status: 401,
      code: 'invalid_api_key',
    });
  });

  test('a model that is not there, and one that the key may not ask for', async () => {
    await using gateway = await open();
    const missing = client(gateway).chat.completions.create({ ...hello, model: 'nothing' });
    await expect(missing).rejects.toMatchObject({ constructor: NotFoundError, code: 'model_not_found' });
    const forbidden = client(gateway, { apiKey: env.SMALL_KEY }).chat.completions.create({
      ...hello,
      model: 'other',
    });
    await expect(forbidden).rejects.toMatchObject({
      constructor: NotFoundError,
      code: 'model_not_found',
      param: 'model',
    });
    const listed = await client(gateway, { apiKey: env.SMALL_KEY }).models.list();
    expect(listed.data.map(({ id }) => id)).toEqual(['main:sandbox']);
  });

  test('too many requests of a key, with the time to come again', async () => {
    await using gateway = await open();
    const slow = client(gateway, { apiKey: env.SLOW_KEY });
    await slow.chat.completions.create(hello);
    const error = await slow.chat.completions.create(hello).then(
      () => undefined,
      (thrown: unknown) => thrown as RateLimitError,
    );
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error?.code).toBe('rate_limit_exceeded');
    const seconds = Number(error?.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  test('a parameter that nobody has', async () => {
    await using gateway = await open();
    const request = client(gateway).chat.completions.create({ ...hello, n: 2 });
    await expect(request).rejects.toMatchObject({
      constructor: BadRequestError,
      code: 'unsupported_parameter',
      param: 'n',
    });
  });

  test('an upstream that fails', async () => {
    await using gateway = await open();
    gateway.sandbox.setFault('openai', 'status-500');
    const request = client(gateway).chat.completions.create(hello);
    await expect(request).rejects.toMatchObject({
      constructor: InternalServerError,
      status: 502,
      code: 'upstream_error',
    });
  });

  test('an upstream that refuses our key is not the caller being refused', async () => {
    await using gateway = await open();
    gateway.sandbox.setFault('openai', 'status-401');
    const request = client(gateway).chat.completions.create({ ...hello, model: 'main:sandbox-mini' });
    await expect(request).rejects.toMatchObject({ status: 502, code: 'upstream_auth_failed' });
  });
});

test('the client waits as long as our 429 says, and then gets its answer', async () => {
  await using small = await startTestGateway({
    providers: ({ urls }) => [{ provider: sandboxProvider('main', urls.openai) }],
  });
  small.sandbox.setFault('openai', {
    name: 'status-429',
    parameters: { retryAfter: 'ms', retryAfterMs: 300 },
    times: 1,
  });
  const patient = new OpenAI({ apiKey: 'none-needed', baseURL: `${small.url}/v1`, maxRetries: 1 });
  const began = performance.now();
  const answer = await patient.chat.completions.create(hello);
  expect(answer.choices[0]?.message.content).toMatch(/\w/);
  expect(performance.now() - began).toBeGreaterThan(290);
});
