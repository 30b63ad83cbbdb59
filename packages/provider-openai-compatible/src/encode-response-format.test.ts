import { expect, test } from 'vitest';
import { encodeResponseFormat } from './encode-response-format.ts';

const schema = { type: 'object', properties: { city: { type: 'string' } } };

test('text is not asked for: it is what comes anyway', () => {
  expect(encodeResponseFormat(undefined, 'json_object')).toBeUndefined();
  expect(encodeResponseFormat({ type: 'text' }, 'json_object')).toBeUndefined();
});

test('any JSON object is asked for in the way that the server knows', () => {
  expect(encodeResponseFormat({ type: 'json' }, 'json_object')).toEqual({ type: 'json_object' });
  expect(encodeResponseFormat({ type: 'json' }, 'json_schema')).toEqual({
    type: 'json_schema',
    json_schema: { name: 'response', schema: { type: 'object' } },
  });
});

test('a schema goes with its name, and with no field that it does not have', () => {
  expect(encodeResponseFormat({ type: 'json', schema }, 'json_object')).toEqual({
    type: 'json_schema',
    json_schema: { name: 'response', schema },
  });
  const whole = { type: 'json', schema, name: 'place', description: 'A place', strict: true } as const;
  expect(encodeResponseFormat(whole, 'json_object')).toEqual({
    type: 'json_schema',
    json_schema: { name: 'place', description: 'A place', schema, strict: true },
  });
});
