import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanPieces, joined, type Piece } from './clean-pieces.ts';
import { maskWords } from './mask-words.ts';

const clean = (text: string): string => text.replaceAll('secret', '[redacted]');

const cutInto = (text: string, sizes: readonly number[]): readonly Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  for (let number = 0; at < text.length; number += 1) {
    const size = sizes[number % sizes.length] ?? 1;
    pieces.push({ atMs: number, latin1: text.slice(at, at + size) });
    at += size;
  }
  return pieces;
};

test('however a text is cut, its secrets are gone, and the rest is there', () => {
  const text = fc.array(fc.constantFrom('a', 'secret', 'sec', 'ret', ' '), { maxLength: 40 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(text, sizes, (words, cuts) => {
      const whole = words.join('');
      const cleaned = cleanPieces(cutInto(whole, cuts), clean);
      expect(joined(cleaned)).toBe(clean(whole));
      for (let at = 1; at < cleaned.length; at += 1) {
        expect(cleaned[at]?.atMs).toBeGreaterThanOrEqual(cleaned[at - 1]?.atMs ?? 0);
      }
    }),
  );
});

test('only the pieces of a secret become one, at the time of its last', () => {
  const pieces = cutInto('one two secret three', [4, 4, 3, 3, 1]);
  expect(cleanPieces(pieces, clean)).toEqual([
    { atMs: 0, latin1: 'one ' },
    { atMs: 1, latin1: 'two ' },
    { atMs: 3, latin1: '[redacted]' },
    { atMs: 4, latin1: ' ' },
    { atMs: 5, latin1: 'thre' },
    { atMs: 6, latin1: 'e' },
  ]);
});

test('a long answer in many pieces is cleaned in few steps: nobody waits for seconds', () => {
  const pieces = cutInto(`${'without any '.repeat(2_000)}secret${' and on'.repeat(2_000)}`, [1]);
  let steps = 0;
  const cleaned = cleanPieces(pieces, (text) => {
    steps += 1;
    return clean(text);
  });
  expect(joined(cleaned)).toBe(clean(joined(pieces)));
  expect(steps).toBeLessThan(200);
});

test('what people say is masked byte by byte, whatever they say, and the protocol is not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (said) => {
      const bytes = Buffer.from(JSON.stringify({ role: 'user', content: said, n: 1 })).toString('latin1');
      const masked = maskWords(bytes);
      expect(masked.length).toBe(bytes.length);
      expect(JSON.parse(masked)).toMatchObject({ role: 'user', n: 1 });
      expect((JSON.parse(masked) as { content: string }).content).toMatch(/^[x\s]*$/);
    }),
  );
});

test.each([
  [
    'data: {"delta":{"content":"stop it"}}\n\ndata: [DONE]\n\n',
    'data: {"delta":{"content":"xxxx xx"}}\n\ndata: [DONE]\n\n',
  ],
  ['{"event":"text","data":"stop"}\n', '{"event":"text","data":"xxxx"}\n'],
  ['<html><p>my words</p></html>', '<html><x>xx xxxxx</x></html>'],
  [
    'event: error\ndata: {"error":{"message":"no","code":"bad"}}',
    'event: error\ndata: {"error":{"message":"xx","code":"bad"}}',
  ],
  ['{"content":"a cut strin', '{"content":"x xxx xxxxx'],
  ['{"other":"tell"}', '{"other":"xxxx"}'],
])('%j is masked as %j', (text, masked) => {
  expect(maskWords(text)).toBe(masked);
});
