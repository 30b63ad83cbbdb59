import { expect, test } from 'vitest';
import { z } from 'zod';
import { inputJsonSchema, listSchema } from './list-schema.ts';

const entry = z.strictObject({ a: z.number() });

test('a list is read as by z.array, with the same paths where an entry is wrong', () => {
  for (const value of [
    [],
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, 0],
    [{ a: 'x' }],
    [
      { a: 1, b: 2 },
      { a: 1, c: 3 },
    ],
    {},
    null,
  ]) {
    const [ours, theirs] = [listSchema(entry, 1).safeParse(value), z.array(entry).min(1).safeParse(value)];
    expect(ours.data).toEqual(theirs.data);
    expect(ours.error?.issues).toEqual(theirs.error?.issues);
  }
});

test('nothing is read behind the first wrong entry, however many there are', () => {
  let read = 0;
  const counted = z.number().refine((value) => {
    read += 1;
    return value > 0;
  });
  const list = [1, 1, ...Array.from({ length: 100_000 }, () => 0)];
  expect(listSchema(counted).safeParse(list).error?.issues).toHaveLength(1);
  expect(read).toBe(3);
});

test('unknown fields are told together, up to a bound', () => {
  const list = Array.from({ length: 100_000 }, () => ({ a: 1, b: 2 }));
  expect(listSchema(entry).safeParse(list.slice(0, 100)).error?.issues).toHaveLength(100);
  expect(listSchema(entry).safeParse(list).error?.issues).toHaveLength(101);
});

test('its JSON Schema has the entries, also of lists within lists', () => {
  const schema = z.strictObject({ lists: listSchema(listSchema(entry), 1).nullish() });
  const plain = z.strictObject({ lists: z.array(z.array(entry)).min(1).nullish() });
  const { $schema: _dialect, ...expected } = z.toJSONSchema(plain, { io: 'input' });
  expect(inputJsonSchema(schema)).toEqual(expected);
});
