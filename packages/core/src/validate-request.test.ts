import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatError } from './chat-error.ts';
import type { ChatRequest } from './request.ts';
import { validateRequest } from './validate-request.ts';

const user = { role: 'user', content: 'hi' };

/** A request with these fields beside a good message. */
const having = (fields: object): object => ({ messages: [user], ...fields });

/** A request of this message. */
const saying = (message: unknown): object => ({ messages: [user, message] });

/** A request of a message with this part. */
const showing = (part: unknown): object =>
  saying({ role: 'user', content: [{ type: 'text', text: 'a' }, part] });

function failureOf(request: unknown): ChatError | undefined {
  try {
    validateRequest(request);
    return undefined;
  } catch (error) {
    if (ChatError.is(error)) return error;
    throw error;
  }
}

const everything: ChatRequest = {
  model: 'm',
  messages: [
    { role: 'system', content: '' },
    { role: 'developer', content: 'd', name: 'n' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '' },
        { type: 'image', url: 'https://example.org/a.png', detail: 'low' },
        { type: 'image', data: 'AAAA', mediaType: 'image/png' },
        { type: 'audio', data: 'AAAA', mediaType: 'audio/wav' },
        { type: 'file', url: 'https://example.org/a.pdf', mediaType: 'application/pdf', filename: 'a.pdf' },
        { type: 'file', data: 'AAAA', mediaType: 'application/pdf' },
      ],
    },
    { role: 'assistant', content: [], toolCalls: [{ id: '1', name: 'f', arguments: '{' }] },
    { role: 'tool', content: 'r', toolCallId: '1' },
  ],
  temperature: 0,
  topP: 1,
  topK: 0,
  maxOutputTokens: 1,
  stop: ['a', 'b'],
  seed: -1,
  presencePenalty: -2,
  frequencyPenalty: 2,
  tools: [{ name: 'f', description: '', parameters: { type: 'object' }, strict: true }, { name: 'g' }],
  toolChoice: { name: 'f' },
  responseFormat: { type: 'json', schema: {}, name: 'n', description: '', strict: false },
  reasoningEffort: 'low',
  user: '',
  metadata: { a: '' },
  providerOptions: { h2o: { anything: [1] } },
};

describe('a good request', () => {
  it.each([
    ['everything', everything],
    ['one message', having({})],
    ['a name that is empty: the default model', having({ model: '' })],
    ['fields that are undefined', having({ model: undefined, temperature: undefined, no: undefined })],
    [
      'message fields that are undefined',
      saying({ ...user, name: undefined, toolCalls: undefined, x: undefined }),
    ],
    ['one stop sequence', having({ stop: '\n' })],
    ['no stop sequence', having({ stop: [] })],
    ['no tools', having({ tools: [] })],
    ['a choice by word', having({ toolChoice: 'required' })],
    ['text as format', having({ responseFormat: { type: 'text' } })],
  ])('may have %s', (_what, request) => {
    expect(failureOf(request)).toBeUndefined();
  });
});

describe('a bad request is refused, and the message names the field', () => {
  it.each([
    [undefined, 'the request must be an object, got nothing'],
    [null, 'the request must be an object, got null'],
    [[], 'the request must be an object, got an array'],
    ['', 'the request must be an object, got an empty string'],
    [{}, 'messages is missing: an array with at least one message is needed'],
    [{ messages: [] }, 'messages is empty: at least one message is needed'],
    [{ messages: null }, 'messages must be an array of messages, got null'],
    [{ messages: 'hi' }, 'messages must be an array of messages, got string'],
    [{ messages: ['hi'] }, 'messages[0] must be a message object, got string'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what this is about
    [{ messages: [, user] }, 'messages[0] must be a message object, got nothing'],
    [
      saying({ content: 'hi' }),
      'messages[1].role must be one of system, developer, user, assistant, tool, got nothing',
    ],
    [
      saying({ role: 'bot', content: 'hi' }),
      'messages[1].role must be one of system, developer, user, assistant, tool, got "bot"',
    ],
    [saying({ role: 'user' }), 'messages[1].content must be a string or an array of parts, got nothing'],
    [
      saying({ role: 'user', content: null }),
      'messages[1].content must be a string or an array of parts, got null',
    ],
    [
      saying({ role: 'user', content: 5 }),
      'messages[1].content must be a string or an array of parts, got number',
    ],
    [saying({ ...user, name: 5 }), 'messages[1].name must be a string, got number'],
    [saying({ ...user, nam: 'x' }), 'messages[1].nam is not a field of a message; did you mean name?'],
    [saying({ ...user, constructor: 1 }), 'messages[1].constructor is not a field of a message'],
    [
      saying({ role: 'assistant', content: '', tool_calls: [] }),
      'messages[1].tool_calls is not a field of a message; did you mean toolCalls?',
    ],
    [
      saying({ role: 'tool', content: 'r' }),
      'messages[1].toolCallId is missing: a tool message answers a call',
    ],
    [
      saying({ role: 'tool', content: 'r', toolCallId: '' }),
      'messages[1].toolCallId must be a non-empty string, got an empty string',
    ],
    [
      saying({ ...user, toolCallId: '1' }),
      'messages[1].toolCallId belongs to tool messages, not to role user',
    ],
    [
      saying({ ...user, toolCalls: [] }),
      'messages[1].toolCalls belongs to assistant messages, not to role user',
    ],
    [
      saying({ role: 'assistant', content: '', toolCalls: {} }),
      'messages[1].toolCalls must be an array, got object',
    ],
    [
      saying({ role: 'assistant', content: '', toolCalls: [null] }),
      'messages[1].toolCalls[0] must be { id, name, arguments }, got null',
    ],
    [
      saying({ role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: {} }] }),
      'messages[1].toolCalls[0].arguments must be JSON text, got object',
    ],
    [showing('a'), 'messages[1].content[1] must be a content part, got string'],
    [showing({ type: 'text' }), 'messages[1].content[1].text must be a string, got nothing'],
    [showing({ type: 'image' }), 'messages[1].content[1] needs either url or data'],
    [showing({ type: 'image', url: 'u', data: 'd' }), 'messages[1].content[1] needs either url or data'],
    [
      showing({ type: 'image', data: 'd' }),
      'messages[1].content[1].mediaType must be a non-empty string, got nothing',
    ],
    [
      showing({ type: 'image', url: 'u', detail: 'huge' }),
      "messages[1].content[1].detail must be 'auto', 'low' or 'high', got string",
    ],
    [
      showing({ type: 'file', url: 'u' }),
      'messages[1].content[1].mediaType must be a non-empty string, got nothing',
    ],
    [showing({ type: 'audio' }), 'messages[1].content[1].data must be a non-empty string, got nothing'],
    [
      showing({ type: 'image_url', image_url: { url: 'u' } }),
      'messages[1].content[1].type must be one of text, image, audio, file, got "image_url"; images are { type: \'image\', url }',
    ],
    [showing({}), 'messages[1].content[1].type must be one of text, image, audio, file, got nothing'],
    [having({ model: 5 }), 'model must be a string, got number'],
    [having({ model: null }), 'model must be a string, got null'],
    [having({ temperature: -1 }), 'temperature must be a number from 0, got -1'],
    [having({ temperature: '1' }), 'temperature must be a number from 0, got string'],
    [having({ temperature: Number.NaN }), 'temperature must be a number from 0, got NaN'],
    [having({ temperature: Number.POSITIVE_INFINITY }), 'temperature must be a number from 0, got Infinity'],
    [having({ topP: 1.1 }), 'topP must be a number from 0 to 1, got 1.1'],
    [having({ presencePenalty: 3 }), 'presencePenalty must be a number from -2 to 2, got 3'],
    [having({ maxOutputTokens: 0 }), 'maxOutputTokens must be a whole number from 1, got 0'],
    [having({ topK: 1.5 }), 'topK must be a whole number from 0, got 1.5'],
    [having({ seed: 1.5 }), 'seed must be a whole number, got 1.5'],
    [having({ stop: '' }), 'stop must be a non-empty string, got an empty string'],
    [having({ stop: ['a', ''] }), 'stop[1] must be a non-empty string, got an empty string'],
    [having({ stop: 5 }), 'stop must be a string or an array of strings, got number'],
    [having({ tools: {} }), 'tools must be an array of tools, got object'],
    [
      having({ tools: [{ type: 'function', function: { name: 'f' } }] }),
      "tools[0] is in OpenAI's wire shape; here a tool is { name, description?, parameters? }",
    ],
    [having({ tools: [{}] }), 'tools[0].name must be a non-empty string, got nothing'],
    [
      having({ tools: [{ name: 'f', parameters: [] }] }),
      'tools[0].parameters must be an object, got an array',
    ],
    [having({ tools: [{ name: 'f', strict: 1 }] }), 'tools[0].strict must be true or false, got number'],
    [having({ toolChoice: 'any' }), "toolChoice must be 'auto', 'none', 'required' or { name }, got string"],
    [having({ toolChoice: {} }), 'toolChoice.name must be a non-empty string, got nothing'],
    [
      having({ responseFormat: 'json' }),
      "responseFormat must be { type: 'text' } or { type: 'json' }, got string",
    ],
    [having({ responseFormat: { type: 'xml' } }), "responseFormat.type must be 'text' or 'json', got string"],
    [
      having({ responseFormat: { type: 'json', schema: 'x' } }),
      'responseFormat.schema must be an object, got string',
    ],
    [having({ reasoningEffort: '' }), 'reasoningEffort must be a non-empty string, got an empty string'],
    [having({ user: 7 }), 'user must be a string, got number'],
    [having({ metadata: { a: 1 } }), 'metadata.a must be a string, got number'],
    [having({ metadata: [] }), 'metadata must be an object, got an array'],
    [having({ providerOptions: { h2o: true } }), 'providerOptions.h2o must be an object, got boolean'],
    [having({ max_tokens: 5 }), 'max_tokens is not a field of the request; did you mean maxOutputTokens?'],
    [having({ temprature: 1 }), 'temprature is not a field of the request; did you mean temperature?'],
    [
      having({ stream: true }),
      'stream is not a field of the request: pass it in the call options, the second argument',
    ],
    [
      having({ frobnicate: 1 }),
      'frobnicate is not a field of the request; a field of one provider goes into providerOptions.<provider id>',
    ],
    [
      having({ toString: 1 }),
      'toString is not a field of the request; a field of one provider goes into providerOptions.<provider id>',
    ],
    [
      JSON.parse('{"messages":[{"role":"user","content":"hi"}],"__proto__":{}}'),
      '__proto__ is not a field of the request; a field of one provider goes into providerOptions.<provider id>',
    ],
  ])('%j', (request, message) => {
    expect(failureOf(request)).toMatchObject({ code: 'invalid-request', message, sent: 'no' });
  });

  it('without repeating its values, or keys that could be anything', () => {
    const secret = 'what nobody may read in a log, said at some length';
    for (const request of [
      having({ [secret]: 1 }),
      having({ metadata: { [secret]: 1 } }),
      having({ model: [secret] }),
      saying({ role: secret, content: '' }),
      saying({ ...user, [secret]: 1 }),
      saying({ role: 'user', content: { text: secret } }),
      showing({ type: secret }),
    ]) {
      const { message = '' } = failureOf(request) ?? {};
      expect(message).not.toBe('');
      expect(message).not.toContain(secret);
    }
  });
});

it.each([
  [
    'a field',
    {
      messages: [{ role: 'user', content: 'x' }],
      get seed(): number {
        throw new TypeError('mine');
      },
    },
  ],
  [
    'a part',
    {
      messages: [
        {
          role: 'user',
          get content(): string {
            throw new TypeError('mine');
          },
        },
      ],
    },
  ],
  [
    'itself',
    new Proxy(
      { messages: [] },
      {
        ownKeys: () => {
          throw new TypeError('mine');
        },
      },
    ),
  ],
])('a request that throws when %s is read is refused', (_what, request) => {
  expect(() => validateRequest(request)).toThrow(
    expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining('cannot be read') }),
  );
});

describe('any JSON value', () => {
  /** Values that look like requests, with things in the wrong places. */
  const { request } = fc.letrec<{ value: unknown; request: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('user', 'tool', 'assistant', 'text', 'image', 'json', '', 1, -1, 0.5, null, true),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('request'),
    ),
    request: fc.dictionary(
      fc.constantFrom(
        ...Object.keys(everything),
        ...[
          'role',
          'content',
          'type',
          'text',
          'url',
          'data',
          'mediaType',
          'name',
          'toolCalls',
          'toolCallId',
          'id',
        ],
        ...['__proto__', 'constructor', 'toString', 'length', 'stream', 'max_tokens'],
      ),
      tie('value'),
      { maxKeys: 6 },
    ),
  }));

  it('is a good request or refused with invalid-request, never anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          request,
          request.map((fields) => ({ messages: [fields] })),
        ),
        (value) => {
          expect(failureOf(value)?.code ?? 'good').toMatch(/^(good|invalid-request)$/);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('a good request stays good through JSON', () => {
    expect(failureOf(JSON.parse(JSON.stringify(everything)))).toBeUndefined();
  });
});
