import { describe, expect, test } from 'vitest';
import { decode, delta, ending, sse } from './decode.fixture.ts';

test('text arrives piece by piece and ends with one finish', () => {
  const { events, error } = decode(
    delta({ role: 'assistant', content: '' }) +
      delta({ content: 'Hel' }) +
      delta({ content: 'lo' }) +
      ending(),
  );
  expect(error).toBeUndefined();
  expect(events).toEqual([
    { type: 'response-metadata', id: 'c-1' },
    { type: 'text-delta', text: 'Hel' },
    { type: 'text-delta', text: 'lo' },
    { type: 'finish', reason: 'stop', rawReason: 'stop' },
  ]);
});

describe('what the server says about its answer', () => {
  test('is told once, from the first message that says it', () => {
    const azure = sse({ id: '', model: '', created: 0, choices: [], prompt_filter_results: [] });
    const first = sse({ id: 'c-9', model: 'm-2', created: 1_700_000_000, choices: [] });
    const { events } = decode(azure + first + delta({ content: 'x' }) + ending());
    expect(events.filter(({ type }) => type === 'response-metadata')).toEqual([
      { type: 'response-metadata', id: 'c-9', model: 'm-2', createdAtMs: 1_700_000_000_000 },
    ]);
  });
});

describe('reasoning', () => {
  test.each(['reasoning_content', 'reasoning'])(
    'in the field %s comes as reasoning, before the text',
    (field) => {
      const { events } = decode(
        delta({ [field]: 'Hm. ' }) + delta({ [field]: 'So', content: 'Yes' }) + ending(),
      );
      expect(events.slice(1, 4)).toEqual([
        { type: 'reasoning-delta', text: 'Hm. ' },
        { type: 'reasoning-delta', text: 'So' },
        { type: 'text-delta', text: 'Yes' },
      ]);
    },
  );

  test('in both fields at once comes once', () => {
    const { events } = decode(
      delta({ reasoning_content: 'Hm', reasoning: 'Hm' }) + delta({ content: 'x' }) + ending(),
    );
    expect(events.filter(({ type }) => type === 'reasoning-delta')).toHaveLength(1);
  });

  test('in parts of the content is told from the text (Mistral)', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
      { type: 'text', text: 'Yes' },
      { type: 'reference', reference_ids: [1] },
    ];
    const { events } = decode(delta({ content }) + ending());
    expect(events.slice(1, 3)).toEqual([
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'text-delta', text: 'Yes' },
    ]);
  });
});

test('content that is neither text nor parts fails instead of being dropped', () => {
  const { error } = decode(delta({ content: 5 }) + ending());
  expect(error).toMatchObject({ code: 'invalid-response', provider: 'local', sent: 'yes' });
});

test('a refusal is delivered as text and ends with content-filter', () => {
  const { events, text } = decode(delta({ refusal: "I can't" }) + delta({ refusal: ' do that' }) + ending());
  expect(text).toBe("I can't do that");
  expect(events.at(-1)).toEqual({ type: 'finish', reason: 'content-filter', rawReason: 'stop' });
});

describe('tool calls', () => {
  test('come whole before the finish, and make it tool-calls', () => {
    const call = { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
    const { events } = decode(delta({ tool_calls: [call] }) + ending('stop'));
    expect(events.slice(-2)).toEqual([
      { type: 'tool-call', id: 'a', name: 'f', arguments: '{}' },
      { type: 'finish', reason: 'tool-calls', rawReason: 'stop' },
    ]);
  });

  test('in the old form of one function are calls as well', () => {
    const { events } = decode(
      delta({ function_call: { name: 'f', arguments: '{"x"' } }) +
        delta({ function_call: { arguments: ':1}' } }) +
        ending('function_call'),
    );
    expect(events.slice(-2)).toMatchObject([
      { type: 'tool-call', id: 'call_c-1_0', name: 'f', arguments: '{"x":1}' },
      { type: 'finish', reason: 'tool-calls' },
    ]);
  });
});

describe('usage', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
  const counted = { inputTokens: 5, outputTokens: 3, totalTokens: 8 };

  test('in a message of its own after the finish reason is part of the finish', () => {
    const { events } = decode(
      delta({ content: 'x' }) +
        delta({}, 'stop') +
        sse({ id: 'c-1', choices: [], usage }) +
        'data: [DONE]\n\n',
    );
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop', rawReason: 'stop', usage: counted });
  });

  test('in every message counts as it stands at the end', () => {
    const each = (content: string, completion_tokens: number, finish_reason: string | null = null) =>
      sse({ choices: [{ index: 0, delta: { content }, finish_reason }], usage: { completion_tokens } });
    const { events } = decode(`${each('a', 1)}${each('b', 2)}${each('', 2, 'stop')}`);
    expect(events.at(-1)).toMatchObject({ type: 'finish', usage: { outputTokens: 2 } });
  });

  test('that was not asked for is not waited for: the answer ends with its finish reason', () => {
    const open = decode([delta({ content: 'x' }) + delta({}, 'length')], { expectsUsage: false });
    expect(open.events.at(-1)).toEqual({ type: 'finish', reason: 'length', rawReason: 'length' });
  });
});

describe('choices', () => {
  test('other than the first are left out and reported once', () => {
    const choice = (index: number, content: string) => ({ index, delta: { content }, finish_reason: null });
    const { events, text } = decode(
      sse({ choices: [choice(1, 'B1'), choice(0, 'A1')] }) + sse({ choices: [choice(1, 'B2')] }) + ending(),
    );
    expect(text).toBe('A1');
    expect(events.filter(({ type }) => type === 'warning')).toEqual([
      expect.objectContaining({ code: 'ignored-content', feature: 'n' }),
    ]);
  });

  test('without an index count by their place', () => {
    const { text } = decode(
      sse({ choices: [{ delta: { content: 'A' } }, { delta: { content: 'B' } }] }) + ending(),
    );
    expect(text).toBe('A');
  });

  test.each([
    ['no choices', { choices: [] }],
    ['choices null', { choices: null }],
    ['a choice that is null', { choices: [null] }],
    ['no delta', { choices: [{ index: 0 }] }],
    ['delta null', { choices: [{ index: 0, delta: null }] }],
    ['content null', { choices: [{ index: 0, delta: { content: null } }] }],
    ['nothing known', { hello: 'world' }],
  ])('messages with %s are passed over', (_what, message) => {
    const { text, error } = decode(sse(message) + delta({ content: 'Hi' }) + sse(message) + ending());
    expect([text, error]).toEqual(['Hi', undefined]);
  });

  test('with a whole message instead of deltas are read, but not twice', () => {
    const message = { role: 'assistant', content: 'Hi' };
    const whole = sse({ choices: [{ index: 0, message, finish_reason: 'stop' }] });
    expect(decode(whole).text).toBe('Hi');
    expect(decode(delta({ content: 'Hi' }) + whole).text).toBe('Hi');
  });
});

describe('the end', () => {
  test.each(['', 'null', null])('is not a finish reason that is %j', (reason) => {
    const { text, events } = decode(delta({ content: 'a' }, reason) + delta({ content: 'b' }) + ending());
    expect([text, events.at(-1)]).toEqual(['ab', { type: 'finish', reason: 'stop', rawReason: 'stop' }]);
  });

  test('comes once: a second finish, and text after the end, are passed over', () => {
    const { events, text } = decode(
      delta({ content: 'a' }) +
        delta({}, 'stop') +
        delta({ content: 'b' }, 'length') +
        ending() +
        delta({ content: 'c' }),
    );
    expect(text).toBe('a');
    expect(events.filter(({ type }) => type === 'finish')).toEqual([
      { type: 'finish', reason: 'stop', rawReason: 'stop' },
    ]);
  });

  test('may be a finish reason without [DONE]', () => {
    const { events, error } = decode(delta({ content: 'a' }) + delta({}, 'length'));
    expect([events.at(-1)?.type, error]).toEqual(['finish', undefined]);
  });

  test('may be [DONE] without a finish reason, which then is not made up', () => {
    expect(decode(`${delta({ content: 'a' })}data: [DONE]\n\n`).events.at(-1)).toEqual({
      type: 'finish',
      reason: 'other',
    });
  });

  test('that has neither was cut off', () => {
    expect(decode(delta({ content: 'a' })).error).toMatchObject({ code: 'truncated', sent: 'yes' });
  });
});

describe('errors inside the answer', () => {
  test.each([
    [
      'OpenAI',
      { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } },
      'rate-limited',
    ],
    ['a status as code', { error: { message: 'busy', code: 503 } }, 'overloaded'],
    ['only words', { error: 'the runner has crashed' }, 'server-error'],
    ['vLLM', { object: 'error', message: 'maximum context length is 8192', code: 400 }, 'context-length'],
    ['a list', [{ error: { code: 429, message: 'quota' } }], 'rate-limited'],
    ['FastAPI', { detail: 'Model x not found' }, 'model-not-found'],
    [
      'a choice',
      {
        choices: [
          { index: 0, delta: {}, finish_reason: 'error', error: { code: 502, message: 'model is down' } },
        ],
      },
      'server-error',
    ],
    [
      'a choice without words',
      { choices: [{ index: 0, delta: {}, finish_reason: 'error' }] },
      'server-error',
    ],
  ])('in the form of %s keep what the server said', (_form, message, code) => {
    const { text, error } = decode(
      delta({ content: 'a' }) + sse(message) + delta({ content: 'b' }) + ending(),
    );
    expect(text).toBe('a');
    expect(error).toMatchObject({ code, provider: 'local', sent: 'yes' });
    expect(error?.message).toMatch(/^local reported an error: .+/);
  });

  test('hold neither the key nor the prompt that the server repeats', () => {
    const secrets = { credentials: ['key-1234'], prompts: ['What is the meaning of life?'] };
    const words = 'bad key key-1234 for "What is the meaning of life?"';
    for (const body of [sse({ error: { message: words } }), `data: {${words}\n\n`, words]) {
      const { error } = decode(body, { secrets });
      expect(JSON.stringify(error)).not.toMatch(/key-1234|meaning of life/);
    }
  });

  test.each([[null], [false], [''], [0]])('are not an error field that is %j', (error) => {
    const message = { error, choices: [{ index: 0, delta: { content: 'a' } }] };
    expect(decode(sse(message) + ending())).toMatchObject({ text: 'a', error: undefined });
  });
});

test('cited sources are delivered', () => {
  const annotations = [
    { type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } },
    { type: 'file_citation' },
  ];
  const { events } = decode(delta({ content: 'a', annotations }) + ending());
  expect(events).toContainEqual({ type: 'source', url: 'https://a.example', title: 'A' });
});

test('raw messages come on request, each before what is made of it', () => {
  const { events } = decode(delta({ content: 'a' }) + ending(), { includeRaw: true });
  expect(events.map(({ type }) => type)).toEqual(['raw', 'response-metadata', 'text-delta', 'raw', 'finish']);
});
