import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { allFigures } from './all-figures.ts';
import { withFigures } from './figure.ts';

it('the figures in docs/routing.md are what their seed gives (npm run simulate)', {
  timeout: 120_000,
}, async () => {
  const document = await readFile(new URL('../../../../../docs/routing.md', import.meta.url), 'utf8');
  expect(withFigures(document, await allFigures())).toBe(document);
});

const figure = {
  name: 'one',
  rows: [
    ['a', 'b'],
    ['1', '2'],
  ],
};

it('a figure goes between its markers, and nothing else is touched', () => {
  const document = 'before\n<!-- figure:one -->\nold\n<!-- /figure -->\nafter\n';
  expect(withFigures(document, [figure])).toBe(
    'before\n<!-- figure:one -->\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n<!-- /figure -->\nafter\n',
  );
});

it('a figure without its place, and a place without its figure, are mistakes', () => {
  expect(() => withFigures('nothing', [figure])).toThrow('no markers for the figure one');
  expect(() => withFigures('<!-- figure:two -->\n<!-- /figure -->', [])).toThrow(
    'a figure two, which nobody makes',
  );
});
