import fc from 'fast-check';
import { anyJson, changed, changes } from '../json-value.ts';

/** What a caller says and nobody else may see. */
export const saying = 'The-Caller-Said-This-In-Confidence-8261';

/** A request with something of everything. */
const good = {
  model: 'main:sandbox',
  messages: [
    { role: 'system', content: `Be brief. ${saying}` },
    {
      role: 'user',
      content: [
        { type: 'text', text: saying },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: saying },
    { role: 'user', content: saying },
  ],
  temperature: 0.5,
  top_p: 1,
  max_tokens: 8,
  stop: ['END'],
  seed: 7,
  presence_penalty: 0,
  frequency_penalty: 0,
  tools: [
    {
      type: 'function',
      function: {
        name: 'look',
        description: 'Looks.',
        parameters: { type: 'object', properties: { at: { type: 'string' } } },
      },
    },
  ],
  tool_choice: 'auto',
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
  user: 'me',
  metadata: { tier: 'free' },
  stream: true,
  stream_options: { include_usage: true },
};

const simple = { model: 'main:sandbox', messages: [{ role: 'user', content: saying }], max_tokens: 4 };

const names = [
  'n',
  'logprobs',
  'functions',
  'role',
  'content',
  'type',
  'text',
  'name',
  'stream',
  'max_completion_tokens',
  'image_url',
  'input_audio',
  'file',
  'tool_calls',
  'refusal',
  'reasoning_content',
  'audio',
  'stop',
  'metadata',
  'provider',
  'models',
];
const values = [
  'main',
  'nobody:nothing',
  'system',
  'tool',
  'function',
  'developer',
  -1,
  1e9,
  3.5,
  [],
  {},
  'http://127.0.0.1:1/x.png',
  'data:,',
  'none',
  'required',
  { type: 'json_object' },
  { type: 'text' },
  '$ref',
  { $ref: '#' },
  saying,
];

/** Bodies as values: right ones, nearly right ones, any. */
const bodyValues = fc.oneof(
  { weight: 5, arbitrary: changes(names, values).map((made) => changed(good, made)) },
  { weight: 3, arbitrary: changes(names, values).map((made) => changed(simple, made)) },
  { weight: 1, arbitrary: fc.constantFrom(simple, good) },
  { weight: 1, arbitrary: anyJson },
);

/** Bodies as texts, some of them damaged or beyond measure. */
export const bodyTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: bodyValues.map((value) => JSON.stringify(value) ?? '') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bodyValues, fc.nat(), fc.nat(5), fc.string({ maxLength: 3 }))
      .map(([value, at, left, put]) => {
        const text = JSON.stringify(value) ?? '';
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + left);
      }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'null',
      '{',
      `{"messages":${'['.repeat(50_000)}`,
      `{"messages":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      `{"model":"main","messages":[{"role":"user","content":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}]}`,
      `{"model":"main","metadata":{${Array.from({ length: 5_000 }, (_, at) => `"k${at}":"v"`).join()}},"messages":[]}`,
      `{"model":"main","messages":[${Array(5_000).fill('{"role":"user","content":"x"}').join()}],"max_tokens":1}`,
    ),
  },
);
