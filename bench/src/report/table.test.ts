import { expect, test } from 'vitest';
import { shortNumber, table } from './table.ts';

test('a table is Markdown whose columns stand under each other', () => {
  expect(
    table(
      ['who', 'µs'],
      [
        ['floor', '1.50'],
        ['a', '12'],
      ],
    ),
  ).toBe(['| who   |   µs |', '| ----- | ---: |', '| floor | 1.50 |', '| a     |   12 |'].join('\n'));
});

test('a missing cell is empty', () => {
  expect(table(['who', 'µs'], [['floor']])).toContain('| floor |     |');
});

test('a figure has about three digits', () => {
  expect([0.4412, 9.999, 26.54, 122.4, 2678.1].map(shortNumber)).toEqual([
    '0.44',
    '10.00',
    '26.5',
    '122',
    '2,678',
  ]);
});
