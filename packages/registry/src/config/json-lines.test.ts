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
