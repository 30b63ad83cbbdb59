import { expect, test } from 'vitest';
import { matchOutput } from './match-output.ts';
import { readGuide } from './read-guide.ts';

const guide = (...blocks: readonly string[]): string => blocks.join('\n\n`src/a.ts`, a terminal\n\n');

test('a guide is files to write and commands to type, each with what the reader sees', () => {
  const markdown = guide(
    '```sh\nnpm init -y   # a package\nnpm install \\\n  a b\n```',
    '```ts [src/a.ts]\nlet a;\n```',
    '```sh [gateway]\nnpx sluice serve\n```',
    '```text\nat http://…\n```',
    '```text [gateway]\nloaded anew\n```',
    '```python\nprint()\n```',
  );
  expect(readGuide(markdown)).toEqual([
    { kind: 'run', lines: ['npm init -y', 'npm install a b'] },
    { kind: 'file', name: 'src/a.ts', text: 'let a;\n' },
    { kind: 'run', terminal: 'gateway', lines: ['npx sluice serve'], output: 'at http://…\n' },
    { kind: 'wait', terminal: 'gateway', output: 'loaded anew\n' },
  ]);
});

test.each(['ts', 'yaml', 'nginx', ''])('code that nobody would run is refused: %j', (language) => {
  expect(() => readGuide(`\`\`\`${language}\nlet a;\n\`\`\``)).toThrow(/has no name/);
});

test('an output that belongs to no command is refused, since nothing is held against it', () => {
  const output = '```text\nan answer\n```';
  expect(() => readGuide(output)).toThrow(/behind no command/);
  expect(() => readGuide(guide('```sh\nnpm test\n```', output, output))).toThrow(/behind no command/);
});

test('a fence that is not read as a block would be run by nobody: it is refused', () => {
  for (const fence of [
    '~~~ts\nlet a;\n~~~',
    '- in a list:\n\n  ```ts\n  let a;\n  ```',
    '```ts title="a"\nlet a;\n```',
  ]) {
    expect(() => readGuide(fence)).toThrow(/fence/);
  }
});

test('a file whose name readers do not see is refused', () => {
  expect(() => readGuide('write `b.ts`:\n\n```ts [a.ts]\nlet a;\n```')).toThrow(/that it is a\.ts/);
});

test.each([
  ['one\nthree', 'one\ntwo\nthree\n', undefined],
  ['a … c', 'a b c', undefined],
  ['one\ntwo', 'two\none', 'two'],
  ['1.0', '100', '1.0'],
  ['red', '\u001b[31mred\u001b[39m', undefined],
])('%j in %j: missing %j', (shown, output, missing) => {
  expect(matchOutput(shown, output)).toBe(missing);
});
