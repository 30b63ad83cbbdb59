import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainRequest } from './plain-request.ts';
import { requestSchema } from './request-schema.ts';

const odd = fc.constantFrom<unknown>(
  null,
  '',
  'x',
  0,
  1,
  -1,
  0.5,
  3,
  Number.POSITIVE_INFINITY,
  true,
  [],
  {},
  'x'.repeat(300),
  ['a'],
);
const message = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      role: fc.constantFrom('system', 'developer', 'user', 'assistant'),
      content: fc.string(),
    }),
  },
  fc.record(
    { role: fc.constantFrom<unknown>('user', 'tool', 'nobody', 1), content: odd },
    { requiredKeys: [] },
  ),
  fc.record(
    { role: fc.constant('assistant'), content: fc.string(), refusal: odd, tool_calls: odd },
    { requiredKeys: ['role'] },
  ),
  odd,
);
const plain = fc.record(
  {
    model: fc.string({ minLength: 1, maxLength: 20 }),
    messages: fc.array(message, { minLength: 1, maxLength: 4 }),
    stream: fc.boolean(),
    max_tokens: fc.integer({ min: 1 }),
    max_completion_tokens: fc.integer({ min: 1 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer(),
    user: fc.string(),
  },
  { requiredKeys: ['messages'] },
);
const spoiled = fc
  .tuple(
    plain,
    fc.constantFrom(
      'model',
      'messages',
      'stream',
      'max_tokens',
      'temperature',
      'top_p',
      'seed',
      'user',
      'stop',
      'n',
      'tools',
      'nonsense',
    ),
    odd,
  )
  .map(([body, key, value]) => ({ ...body, [key]: value }));

test('a plain request is read as the schema reads it, and anything else is left to the schema', () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof(plain, spoiled), (body) => {
      const read = plainRequest(body);
      if (read === undefined) return;
      taken += 1;
      expect(requestSchema.parse(structuredClone(body))).toEqual(read);
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(50);
});

test('what most clients send needs no schema', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ];
  expect(plainRequest({ model: 'fast', messages, stream: true, max_tokens: 20, temperature: 0.2 })).toEqual({
    request: { model: 'fast', messages, maxOutputTokens: 20, temperature: 0.2 },
    stream: true,
    includeUsage: false,
  });
  for (const body of [
    {},
    { messages: [] },
    { messages, tools: [] },
    { messages, max_tokens: 1, max_completion_tokens: 1 },
  ])
    expect(plainRequest(body)).toBe(undefined);
});
