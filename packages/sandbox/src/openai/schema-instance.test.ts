import { expect, it } from 'vitest';
import { schemaInstance } from './schema-instance.ts';

it.each([
  ['a constant', { const: 7 }, 7],
  ['the first of an enumeration', { enum: ['red', 'green'] }, 'red'],
  ['the first of several types', { type: ['integer', 'null'] }, 0],
  ['the first alternative', { anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
  ['a text that is long enough', { type: 'string', minLength: 8 }, 'text....'],
  ['a text that is short enough', { type: 'string', maxLength: 2 }, 'te'],
  ['a number above an open limit', { type: 'integer', exclusiveMinimum: 3 }, 4],
  ['a number below a limit', { type: 'number', maximum: -2 }, -2],
  [
    'only required properties',
    { type: 'object', properties: { a: {}, b: {} }, required: ['b'] },
    { b: 'text' },
  ],
  ['an object without a type', { properties: { a: { type: 'boolean' } }, required: ['a'] }, { a: true }],
])('a schema gets %s', (_, schema, expected) => {
  expect(schemaInstance(schema, 'text')).toEqual(expected);
});

it('a schema that refers to itself for ever gets an end', () => {
  const schema = {
    $ref: '#/$defs/node',
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['next'] } },
  };
  expect(JSON.stringify(schemaInstance(schema, 'text')).endsWith('null}}}}}}}}')).toBe(true);
});
