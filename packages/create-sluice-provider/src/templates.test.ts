import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// Each template is a whole package that compilers, linters and Node take as it stands. So some files stand there three times.

const read = (protocol: string, file: string): string =>
  readFileSync(join(import.meta.dirname, '..', 'templates', protocol, file), 'utf8');

test.each([
  'package.json',
  'demo/start.ts',
  'src/index.ts',
  'src/options.ts',
  'src/manifest.ts',
  'src/manifest.test.ts',
  'src/create-acme.test.ts',
])('%s is the same in all templates', (file) => {
  expect(read('json-lines', file)).toBe(read('sse', file));
  expect(read('multi-step', file)).toBe(read('sse', file));
});

test('the protocols of one request differ in their codec alone', () => {
  expect(read('json-lines', 'src/create-acme.ts')).toBe(read('sse', 'src/create-acme.ts'));
});

test('lines of JSON are read alike in all protocols', () => {
  expect(read('multi-step', 'src/answer-decoder.ts')).toBe(read('json-lines', 'src/answer-decoder.ts'));
});
