import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import type { WireName } from './wire.ts';

/** A piece of what a model says: short, odd, long, or half of a character. */
export const words: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    'text',
    '"',
    '\\',
    '\\n',
    '\u2028',
    '🙂',
    '\ud83d',
    '\ude42',
    '\0',
    '<think>',
    '</think>',
    '<',
  ),
  fc.constantFrom('data: [DONE]', '{"error":"x"}', '"},"finish_reason":"stop"', 'x'.repeat(300)),
);

/** What stands where something else belongs. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1e21, '', [], {}, [null], { __proto__: null }),
  fc.jsonValue({ maxDepth: 2 }),
);

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | unknown> =>
  fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: odd });

const reasons = fc.constantFrom(
  null,
  null,
  null,
  'stop',
  'length',
  'tool_calls',
  'content_filter',
  'error',
  '',
  'null',
);

const fragment = fc.record(
  {
    index: maybe(fc.nat(2)),
    id: maybe(fc.constantFrom('call_1', 'call_2', '')),
    type: fc.constant('function'),
    function: maybe(
      fc.record(
        {
          name: maybe(fc.constantFrom('look', 'find', '')),
          arguments: maybe(fc.constantFrom('{', '}', '{}', '"a":1', '')),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

const delta = fc.oneof(
  { weight: 5, arbitrary: fc.record({ content: words }) },
  fc.record(
    {
      role: maybe(fc.constant('assistant')),
      content: maybe(words),
      reasoning: maybe(words),
      reasoning_content: maybe(words),
      refusal: maybe(fc.constantFrom(null, 'no')),
      tool_calls: maybe(fc.array(fragment, { maxLength: 3 })),
      function_call: maybe(fc.record({ name: fc.constant('look'), arguments: fc.constant('{}') })),
      annotations: maybe(
        fc.array(fc.record({ url_citation: maybe(fc.record({ url: words, title: words })) }), {
          maxLength: 2,
        }),
      ),
    },
    { requiredKeys: [] },
  ),
);

const choice = fc.oneof(
  { weight: 5, arbitrary: fc.record({ index: fc.constant(0), delta, finish_reason: reasons }) },
  fc.record(
    { index: maybe(fc.nat(1)), delta: maybe(delta), message: maybe(delta), finish_reason: maybe(reasons) },
    { requiredKeys: [] },
  ),
);

const openaiMessage = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      id: fc.constant('c-1'),
      choices: fc.tuple(fc.record({ index: fc.constant(0), delta })),
    }),
  },
  fc.record(
    {
      id: maybe(fc.constant('c-1')),
      model: maybe(fc.constant('m')),
      created: maybe(fc.nat()),
      choices: maybe(fc.array(choice, { maxLength: 3 })),
      usage: maybe(fc.constantFrom(null, { prompt_tokens: 1, completion_tokens: 2 })),
      error: maybe(fc.constantFrom(null, null, null, { message: 'slow down', code: 429 })),
    },
    { requiredKeys: [] },
  ),
);

const flowgptMessage = fc.oneof(
  { weight: 5, arbitrary: fc.record({ event: fc.constant('text'), data: words }) },
  fc.record({ event: fc.constant('metadata'), data: maybe(fc.record({ id: words, model: words })) }),
  fc.record({ event: fc.constantFrom('text', 'end', 'error', 'other'), data: odd }),
  fc.record({ event: fc.constant('end') }),
);

const tgiMessage = fc.oneof(
  {
    weight: 5,
    arbitrary: words.map((text) => ({
      token: { id: 1, text, logprob: 0, special: false },
      generated_text: null,
      details: null,
    })),
  },
  fc.record(
    {
      token: maybe(fc.record({ text: maybe(words), special: maybe(fc.boolean()) })),
      generated_text: maybe(words),
      details: maybe(
        fc.record({
          finish_reason: maybe(fc.constantFrom('length', 'eos_token')),
          generated_tokens: maybe(fc.nat()),
        }),
      ),
    },
    { requiredKeys: [] },
  ),
  fc.record({ error: maybe(words), error_type: maybe(fc.constant('overloaded')) }),
);

const update = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('stream'), token: words }) },
  fc.record({ type: fc.constant('finalAnswer'), text: maybe(words), interrupted: maybe(fc.boolean()) }),
  fc.record({
    type: fc.constant('status'),
    status: maybe(fc.constantFrom('started', 'finished', 'error', 'keepAlive')),
    message: maybe(words),
    statusCode: maybe(fc.integer({ min: 400, max: 599 })),
  }),
  fc.record({ type: fc.constant('reasoning'), subtype: maybe(fc.constant('stream')), token: maybe(words) }),
  fc.record({
    type: fc.constant('webSearch'),
    sources: maybe(fc.array(maybe(fc.record({ link: words, title: words })), { maxLength: 2 })),
  }),
  fc.record({
    type: fc.constantFrom(
      'file',
      'elicitation',
      'routerMetadata',
      'title',
      'toString',
      '__proto__',
      'constructor',
    ),
    model: maybe(words),
    mime: maybe(words),
    subtype: maybe(fc.constant('request')),
  }),
);

interface Grammar {
  readonly message: fc.Arbitrary<unknown>;
  /** Around a message. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whole lines that a server may write between messages. */
  readonly between: readonly string[];
}

const sse = { before: ['data: ', 'data:'], after: ['\n\n', '\r\n\r\n', '\n'] };
const grammars = {
  openai: {
    ...sse,
    message: openaiMessage,
    between: [
      'data: [DONE]\n\n',
      ': ping\n\n',
      'event: error\n',
      'data:\n',
      'error: {"code":429}\n',
      '\0\0\n',
      'hello\n',
      'data: {\n\n',
      'data: 5\n\n',
    ],
  },
  flowgpt: {
    message: flowgptMessage,
    before: ['', ' ', '\0'],
    after: ['\n', '\r\n', '\n\n', ''],
    between: ['\n', '<html><body>', '{"error":"x"}\n', '{"detail":"nope"}\n', '[]\n', '5\n', '{'],
  },
  tgi: {
    ...sse,
    message: tgiMessage,
    between: [
      'data: [DONE]\n\n',
      ': ping\n\n',
      'data: {"token":\ndata: {}}\n\n',
      '\0\0\n',
      '{"error":"x"}\n',
      '<html>\n',
      'words\n',
    ],
  },
  updates: {
    message: update,
    before: ['', '', 'data: ', '\0'],
    after: ['\n', '\n', '\r\n', '\0\0\n'],
    between: ['\n', ' \n', '{\n', '[DONE]\n', '{"message":"no"}\n', '<!doctype html>\n', 'words\n'],
  },
} as const satisfies { readonly [name: string]: Grammar };

const grammarOf: { readonly [Name in WireName]: Grammar } = {
  openai: grammars.openai,
  ylokh: grammars.openai,
  flowgpt: grammars.flowgpt,
  'h2o-a': grammars.tgi,
  'h2o-b': grammars.updates,
  'h2o-c': grammars.updates,
  'h2o-d': grammars.updates,
  'h2o-e': grammars.updates,
};

/** Damage: some bytes at some place are left out, and others put in. */
const damage = fc.array(fc.record({ at: fc.nat(), left: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) }), {
  maxLength: 2,
});

/** The lines of one answer, nearly as the protocol has them. */
export function answerLines(wire: WireName): fc.Arbitrary<readonly string[]> {
  const { message, before, after, between } = grammarOf[wire];
  const line = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...before), message, fc.constantFrom(...after))
        .map(([start, value, end]) => `${start}${JSON.stringify(value)}${end}`),
    },
    fc.constantFrom(...between),
  );
  return fc.array(line, { maxLength: 14 });
}

/** The bytes of one answer: nearly valid ones, the same with damage, and any. */
export function answerBytes(wire: WireName): fc.Arbitrary<Uint8Array> {
  const near = answerLines(wire).map((lines) => Buffer.from(lines.join('')));
  return fc.oneof(
    { weight: 5, arbitrary: near },
    {
      weight: 3,
      arbitrary: fc.tuple(near, damage).map(([bytes, places]) =>
        places.reduce((whole, { at, left, put }) => {
          const start = at % (whole.length + 1);
          return Buffer.concat([whole.subarray(0, start), put, whole.subarray(start + left)]);
        }, bytes),
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
}
