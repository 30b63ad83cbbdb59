import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonProgress } from './json-progress.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('after every piece it says what parsing all of it would say', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '"a":1',
      '{}',
      ' ',
      '\n',
      '1',
      'true',
      'nul',
      'x',
      '\u00a0',
      '\v',
    ),
    fc.json({ maxDepth: 1 }),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const progress = new JsonProgress();
      let text = '';
      for (const each of pieces) {
        progress.push(each);
        text += each;
        expect(progress.text).toBe(text);
        expect(progress.isWhole).toBe(isJson(text) && (/^\s*["{[]/.test(text) || text.length <= 64));
      }
    }),
    { numRuns: 2_000 },
  );
});
