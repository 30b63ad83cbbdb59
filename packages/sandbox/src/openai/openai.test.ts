import { describe, expect, it } from 'vitest';
import { createSandbox } from '../create-sandbox.ts';
import { postJson, type RawResponse, send } from '../raw-client.fixture.ts';
import type { Sandbox } from '../sandbox.ts';

type Json = Readonly<Record<string, unknown>>;

const USER = [{ role: 'user', content: 'Hello there' }];

const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
      required: ['city', 'days'],
    },
  },
};

function ask(sandbox: Sandbox, fields: Json, headers = {}, base = sandbox.urls.openai): Promise<RawResponse> {
  return postJson(`${base}/chat/completions`, { model: 'sandbox', messages: USER, ...fields }, headers);
}

/** The data of the events of a stream, `[DONE]` included. */
function events(text: string): readonly string[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /u, ''));
}

interface Chunk {
  readonly choices: readonly {
    readonly index: number;
    readonly delta: Readonly<Record<string, unknown>> & {
      readonly content?: string | null;
      readonly tool_calls?: readonly [
        { readonly id?: string; readonly function: { readonly name?: string; readonly arguments: string } },
      ];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: Json;
}

function chunks(text: string): readonly Chunk[] {
  return events(text)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data) as Chunk);
}

function contentOf(text: string, index = 0): string {
  return chunks(text)
    .flatMap((chunk) => chunk.choices)
    .filter((choice) => choice.index === index)
    .map((choice) => choice.delta.content ?? '')
    .join('');
}

function whole(answer: RawResponse): { choices: [{ message: Json; finish_reason: string }]; usage: Json } {
  return JSON.parse(answer.text);
}

describe('a streamed completion', () => {
  it('opens with the role, ends with a finish reason and [DONE], and says what the whole answer says', async () => {
    await using sandbox = await createSandbox();
    const answer = await ask(sandbox, { stream: true });
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const list = chunks(answer.text);
    expect(list[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(list.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    expect(events(answer.text).at(-1)).toBe('[DONE]');
    const { choices } = whole(await ask(sandbox, {}));
    expect(contentOf(answer.text)).toBe(choices[0].message.content);
    expect(contentOf(answer.text)).toBe(sandbox.requests[0]?.answer);
  });

  it('tells usage in a chunk without choices, only when asked', async () => {
    await using sandbox = await createSandbox();
    const quiet = await ask(sandbox, { stream: true });
    expect(chunks(quiet.text).some((chunk) => chunk.usage !== undefined)).toBe(false);
    const told = await ask(sandbox, { stream: true, stream_options: { include_usage: true } });
    const last = chunks(told.text).at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage).toEqual(whole(await ask(sandbox, {})).usage);
  });

  it('writes each event as a chunk of its own', async () => {
    await using sandbox = await createSandbox({ tokensPerSecond: 500, answerTokens: 5 });
    const answer = await ask(sandbox, { stream: true });
    expect(answer.chunks.length).toBeGreaterThanOrEqual(5);
    expect(answer.chunks.every((chunk) => chunk.toString().endsWith('\n\n'))).toBe(true);
  });

  it('stops at the token limit with the reason length', async () => {
    await using sandbox = await createSandbox();
    for (const limit of [{ max_tokens: 4 }, { max_completion_tokens: 4 }]) {
      const answer = await ask(sandbox, { stream: true, ...limit });
      expect(contentOf(answer.text)).toBe('I am the Sluice');
      expect(chunks(answer.text).at(-1)?.choices[0]?.finish_reason).toBe('length');
    }
  });

  it('stops before a stop sequence, also when that spans tokens', async () => {
    await using sandbox = await createSandbox();
    const answer = await ask(sandbox, { stream: true, stop: ['the Sl', 'never said'] });
    expect(contentOf(answer.text)).toBe('I am ');
    expect(chunks(answer.text).at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('gives several choices, in turns and with texts of their own', async () => {
    await using sandbox = await createSandbox();
    const { text } = await ask(sandbox, { stream: true, n: 2 });
    expect(contentOf(text, 0)).not.toBe(contentOf(text, 1));
    const order = chunks(text).map((chunk) => chunk.choices[0]?.index);
    expect(order.slice(0, 6)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(whole(await ask(sandbox, { n: 2 })).choices).toHaveLength(2);
  });

  it('thinks before it answers when the model or the request asks for it', async () => {
    await using sandbox = await createSandbox();
    for (const fields of [{ model: 'sandbox-reasoner' }, { reasoning_effort: 'low' }]) {
      const deltas = chunks((await ask(sandbox, { stream: true, ...fields })).text).flatMap((chunk) =>
        chunk.choices.map((choice) => Object.keys(choice.delta)[0]),
      );
      expect(deltas[1]).toBe('reasoning_content');
      expect(deltas.lastIndexOf('reasoning_content')).toBeLessThan(deltas.indexOf('content'));
    }
  });
});

describe('tools', () => {
  it('are called in fragments when the user names one', async () => {
    await using sandbox = await createSandbox();
    const messages = [{ role: 'user', content: 'Please call weather for Zürich' }];
    const { text } = await ask(sandbox, { stream: true, messages, tools: [WEATHER] });
    const calls = chunks(text).flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(calls[0]).toMatchObject({ type: 'function', function: { name: 'weather', arguments: '' } });
    expect(calls.length).toBeGreaterThan(3);
    const argumentText = calls.map((call) => call.function.arguments).join('');
    expect(JSON.parse(argumentText)).toEqual({ city: 'Please call weather for Zürich', days: 1 });
    expect(chunks(text).at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('are called when they are forced, and not when they are forbidden', async () => {
    await using sandbox = await createSandbox();
    const named = { type: 'function', function: { name: 'weather' } };
    for (const choice of ['required', named]) {
      const { choices } = whole(await ask(sandbox, { tools: [WEATHER], tool_choice: choice }));
      expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    }
    const messages = [{ role: 'user', content: 'call weather' }];
    const { choices } = whole(await ask(sandbox, { messages, tools: [WEATHER], tool_choice: 'none' }));
    expect(choices[0].finish_reason).toBe('stop');
  });

  it('have their answer in the text that follows', async () => {
    await using sandbox = await createSandbox();
    const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const messages = [
      { role: 'user', content: 'call weather' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: '21 degrees' },
    ];
    const { choices } = whole(await ask(sandbox, { messages, tools: [WEATHER] }));
    expect(choices[0].message.content).toContain('21 degrees');
  });
});

describe('a response format', () => {
  it('gives a value that fits the schema', async () => {
    await using sandbox = await createSandbox();
    const schema = {
      type: 'object',
      properties: { title: { type: 'string' }, kind: { enum: ['a', 'b'] }, list: { $ref: '#/$defs/list' } },
      required: ['title', 'kind', 'list'],
      $defs: { list: { type: 'array', minItems: 2, items: { type: 'boolean' } } },
    };
    const format = { type: 'json_schema', json_schema: { name: 'answer', schema } };
    const { choices } = whole(await ask(sandbox, { response_format: format }));
    const value = JSON.parse(String(choices[0].message.content));
    expect(value).toEqual({ title: '2 words', kind: 'a', list: [true, true] });
  });

  it('json_object gives JSON, and is refused when no message asks for it', async () => {
    await using sandbox = await createSandbox();
    const refused = await ask(sandbox, { response_format: { type: 'json_object' } });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("must contain the word 'json'");
    const messages = [{ role: 'user', content: 'Answer in JSON' }];
    const { choices } = whole(await ask(sandbox, { messages, response_format: { type: 'json_object' } }));
    expect(JSON.parse(String(choices[0].message.content))).toMatchObject({ sandbox: true });
  });
});

describe('images', () => {
  it('are counted in the answer', async () => {
    await using sandbox = await createSandbox();
    const url = 'data:image/png;base64,iVBORw0KGgo=';
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url } },
    ];
    const { choices } = whole(await ask(sandbox, { messages: [{ role: 'user', content }] }));
    expect(choices[0].message.content).toContain('1 image');
  });
});

describe('a bad request', () => {
  it.each<[string, Json, string | null, string | null]>([
    ['no messages', { messages: undefined }, 'messages', 'missing_required_parameter'],
    ['empty messages', { messages: [] }, 'messages', 'empty_array'],
    [
      'an unknown role',
      { messages: [{ role: 'wizard', content: 'x' }] },
      'messages[0].role',
      'invalid_value',
    ],
    ['no content', { messages: [{ role: 'user' }] }, 'messages[0].content', 'missing_required_parameter'],
    ['null content', { messages: [{ role: 'user', content: null }] }, 'messages[0].content', null],
    [
      'an unknown part',
      { messages: [{ role: 'user', content: [{ type: 'smell' }] }] },
      'messages[0].content[0].type',
      'invalid_value',
    ],
    ['a temperature of 3', { temperature: 3 }, 'temperature', 'decimal_above_max_value'],
    ['a temperature in words', { temperature: 'hot' }, 'temperature', 'invalid_type'],
    ['no tokens at all', { max_tokens: 0 }, 'max_tokens', 'integer_below_min_value'],
    ['five stop sequences', { stop: ['1', '2', '3', '4', '5'] }, 'stop', 'array_above_max_length'],
    ['an unknown field', { temprature: 1 }, 'temprature', 'unknown_parameter'],
    ['stream options without a stream', { stream_options: {} }, 'stream_options', null],
    ['a tool choice without tools', { tool_choice: 'auto' }, 'tool_choice', null],
    [
      'a tool that nobody called',
      { messages: [...USER, { role: 'tool', tool_call_id: 'x', content: 'y' }] },
      'messages.[1].role',
      null,
    ],
  ])('with %s is refused as OpenAI does', async (_, fields, param, code) => {
    await using sandbox = await createSandbox();
    const answer = await ask(sandbox, fields);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code },
    });
  });

  it('is refused when it is no JSON, or says that it is none', async () => {
    await using sandbox = await createSandbox();
    const url = `${sandbox.urls.openai}/chat/completions`;
    expect((await postJson(url, '{')).status).toBe(400);
    expect((await postJson(url, '{}', { 'content-type': 'text/plain' })).text).toContain(
      'unsupported_content_type',
    );
  });

  it('to an unknown model, path or method has an error of its own', async () => {
    await using sandbox = await createSandbox();
    const unknown = await ask(sandbox, { model: 'gpt-99' });
    expect([unknown.status, JSON.parse(unknown.text).error.code]).toEqual([404, 'model_not_found']);
    const nowhere = await send(`${sandbox.urls.openai}/nowhere`);
    expect([nowhere.status, JSON.parse(nowhere.text).error.message]).toEqual([
      404,
      'Invalid URL (GET /v1/nowhere)',
    ]);
    expect((await send(`${sandbox.urls.openai}/chat/completions`)).status).toBe(405);
  });

  it('without the right key is refused with 401, and the key is not repeated', async () => {
    await using sandbox = await createSandbox({ apiKey: 'sk-right' });
    const none = await ask(sandbox, {});
    expect([none.status, JSON.parse(none.text).error.code]).toEqual([401, null]);
    const wrong = await ask(sandbox, {}, { authorization: 'Bearer sk-wrong' });
    expect([wrong.status, JSON.parse(wrong.text).error.code]).toEqual([401, 'invalid_api_key']);
    expect(wrong.text).not.toContain('sk-wrong');
    expect((await ask(sandbox, {}, { authorization: 'Bearer sk-right' })).status).toBe(200);
    expect((await send(`${sandbox.urls.openai}/models`)).status).toBe(401);
  });
});

describe('the model list', () => {
  it('has an entry for each model, which can be asked for alone', async () => {
    await using sandbox = await createSandbox();
    const list = JSON.parse((await send(`${sandbox.urls.openai}/models`)).text);
    expect(list).toMatchObject({ object: 'list' });
    expect(list.data.map(({ id }: { id: string }) => id)).toContain('sandbox');
    const vllm = await send(`${sandbox.urls.vllm}/models/${encodeURIComponent('sandbox/vllm-8b')}`);
    expect(JSON.parse(vllm.text)).toMatchObject({ id: 'sandbox/vllm-8b', owned_by: 'vllm' });
    const unknown = await send(`${sandbox.urls.openai}/models/none`);
    expect(unknown.status).toBe(404);
  });
});

describe('the dialects', () => {
  it('have their own owners, errors, reasoning fields and extras', async () => {
    await using sandbox = await createSandbox();
    const { vllm, ollama, llamacpp, lmstudio } = sandbox.urls;
    const ownerAt = async (base: string): Promise<unknown> =>
      JSON.parse((await send(`${base}/models`)).text).data[0].owned_by;
    expect(await Promise.all([vllm, ollama, llamacpp, lmstudio].map(ownerAt))).toEqual([
      'vllm',
      'library',
      'llamacpp',
      'organization_owner',
    ]);
    const error = JSON.parse((await ask(sandbox, { model: 'none' }, {}, vllm)).text);
    expect(error).toMatchObject({ object: 'error', type: 'NotFoundError', code: 404 });
    const thought = await ask(sandbox, { model: 'sandbox-reasoner:latest', stream: true }, {}, ollama);
    expect(chunks(thought.text)[1]?.choices[0]?.delta).toHaveProperty('reasoning');
    const timed = await ask(sandbox, { model: 'anything', stream: true }, {}, llamacpp);
    expect(chunks(timed.text).at(-1)).toHaveProperty('timings');
    expect(chunks(timed.text)[0]?.choices[0]?.delta.content).toBeNull();
    const ignored = await ask(sandbox, { model: 'sandbox-8b', mirostat: 2 }, {}, lmstudio);
    expect(ignored.status).toBe(200);
    const called = await ask(
      sandbox,
      { model: 'sandbox:latest', stream: true, tools: [WEATHER], tool_choice: 'required' },
      {},
      ollama,
    );
    expect(chunks(called.text).flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])).toHaveLength(1);
  });

  it('may leave out [DONE]', async () => {
    await using sandbox = await createSandbox({ services: { openai: { omitDone: true } } });
    const { text } = await ask(sandbox, { stream: true });
    expect(text).not.toContain('[DONE]');
    expect(chunks(text).at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });
});

describe('Ylokh', () => {
  it('takes any model when it may fall back, and its page can be asked for', async () => {
    const site = 'https://chat.ylokh.xyz';
    await using sandbox = await createSandbox({ services: { ylokh: { requiredOrigin: site } } });
    const base = sandbox.urls.ylokh;
    const fromSite = { origin: site, referer: `${site}/` };
    expect((await ask(sandbox, { model: 'any', allow_fallback: true }, {}, base)).status).toBe(403);
    expect((await ask(sandbox, { model: 'any', allow_fallback: true }, fromSite, base)).status).toBe(200);
    expect((await ask(sandbox, { model: 'any', allow_fallback: false }, fromSite, base)).status).toBe(404);
  });
});

describe('a reply of the test’s own', () => {
  it('is said token by token, and may fail before or after them', async () => {
    await using sandbox = await createSandbox();
    sandbox.configure({ reply: () => ['exactly', ' this'] });
    const said = await ask(sandbox, { stream: true });
    expect(chunks(said.text).map((chunk) => chunk.choices[0]?.delta.content)).toEqual([
      '',
      'exactly',
      ' this',
      undefined,
    ]);
    const failure = { message: 'The model fell over', status: 503 };
    sandbox.configure({ reply: () => ({ failure }) });
    const refused = await ask(sandbox, { stream: true });
    expect([refused.status, JSON.parse(refused.text).error.message]).toEqual([503, 'The model fell over']);
    sandbox.configure({ reply: () => ({ tokens: ['Half'], failure }) });
    const cut = await ask(sandbox, { stream: true });
    expect(
      contentOf(
        events(cut.text)
          .slice(0, 2)
          .map((data) => `data: ${data}\n\n`)
          .join(''),
      ),
    ).toBe('Half');
    expect(JSON.parse(events(cut.text).at(-1) ?? '')).toMatchObject({
      error: { message: 'The model fell over' },
    });
  });
});
