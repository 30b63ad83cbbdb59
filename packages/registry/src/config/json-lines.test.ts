import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linesOfJson } from './json-lines.ts';

const text = `{
  "a": 1, "b": {
    "c": [
      true,
      {"d": "x, \\" ] : {"},
      "e"
    ],
    "line\\nend": null
  },

  "last": []
}`;

it.each<[readonly PropertyKey[], number]>([
  [[], 1],
  [['a'], 2],
  [['b'], 2],
  [['b', 'c'], 3],
  [['b', 'c', 0], 4],
  [['b', 'c', 1], 5],
  [['b', 'c', 1, 'd'], 5],
  [['b', 'c', 2], 6],
  [['b', 'line\nend'], 8],
  [['last'], 11],
  [['b', 'missing', 'deeper'], 2],
  [['missing'], 1],
])('%j stands in line %i', (path, line) => {
  expect(linesOfJson(text)(path)).toBe(line);
});

it('a value that is no object or list has no lines inside', () => {
  expect(linesOfJson('"x"')(['a'])).toBe(1);
});

/** Every path to a key, with the key as it stands in the text. */
function keysIn(value: unknown, path: readonly PropertyKey[] = []): readonly (readonly PropertyKey[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: Iterable<[PropertyKey, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  return [...entries].flatMap(([key, entry]) => [
    ...(typeof key === 'string' ? [[...path, key]] : []),
    ...keysIn(entry, [...path, key]),
  ]);
}

it('every key of any JSON is found in its line', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value, null, 2);
      const rows = json.split('\n');
      const lineOf = linesOfJson(json);
      for (const path of keysIn(value)) {
        expect(rows[lineOf(path) - 1]?.trim().startsWith(`${JSON.stringify(path.at(-1))}: `)).toBe(true);
      }
    }),
  );
});
