import { describe, expect, it } from 'vitest';
import { tableLines } from './table.ts';

const columns = [{ title: 'target' }, { title: 'total', align: 'right' }, { title: 'model' }] as const;
const green = (text: string): string => `\u001b[32m${text}\u001b[39m`;

describe('a table', () => {
  it('has columns as wide as their widest text, numbers at the right and nothing behind the last text', () => {
    const rows = [
      ['ollama:llama3:8b', '1.2 s', 'llama3:8b'],
      ['h2o', '80 ms', ''],
    ];
    expect(tableLines(columns, rows)).toEqual([
      'target            total  model',
      'ollama:llama3:8b  1.2 s  llama3:8b',
      'h2o               80 ms',
    ]);
  });

  it('counts places on the screen: of emoji, Chinese characters and accents', () => {
    const rows = [
      ['👩‍👩‍👧', '1', 'a'],
      ['你好', '1', 'b'],
      ['e\u0301é', '1', 'c'],
      ['🇩🇪 ⚠️', '1', 'd'],
    ];
    expect(tableLines([{ title: 't' }, { title: 'n' }, { title: 'm' }], rows)).toEqual([
      't      n  m',
      '👩‍👩‍👧     1  a',
      '你好   1  b',
      'e\u0301é     1  c',
      '🇩🇪 ⚠️  1  d',
    ]);
  });

  it('keeps its columns where texts are coloured, the spaces are not', () => {
    const rows = [
      [{ text: 'yes', style: green }, 'x'],
      [{ text: 'no', style: green }, 'y'],
    ];
    expect(tableLines([{ title: 'works' }, { title: 'why' }], rows, green)).toEqual([
      `${green('works')}  ${green('why')}`,
      `${green('yes')}    x`,
      `${green('no')}     y`,
    ]);
  });

  it('lets no text drive the terminal or break its line', () => {
    expect(tableLines([{ title: 'model' }], [['evil\u001b[2J\nname']])).toEqual(['model', 'evil␛[2J name']);
  });

  it('is not torn apart by a name of a hostile server, nor by a hundred thousand rows', () => {
    const columns = [{ title: 'model' }, { title: 'n' }];
    const lines = tableLines(columns, [
      ['x'.repeat(100_000), '1'],
      ['llama3', '2'],
    ]);
    expect(lines).toEqual(['model   n', `${'x'.repeat(400)}…  1`, 'llama3  2']);
    expect(tableLines(columns, Array(200_000).fill(['m', '1']))).toHaveLength(200_001);
  });
});
