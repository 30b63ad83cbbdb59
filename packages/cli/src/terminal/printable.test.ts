import { describe, expect, it } from 'vitest';
import { printable, printableLine } from './printable.ts';

describe('text from elsewhere on a terminal', () => {
  it.each([
    ['an escape sequence', '\u001b[2J\u001b[31mred', '␛[2J␛[31mred'],
    ['a title', '\u001b]0;evil\u0007', '␛]0;evil␇'],
    ['a control sequence of one character', '\u009b31m', '\ufffd31m'],
    ['backspaces', 'rm\b\bls', 'rm␈␈ls'],
    ['a carriage return', 'good\revil\r\n', 'goodevil\n'],
    ['NUL and DEL', '\u0000\u007f', '␀␡'],
    ['a turned direction', 'a\u202eb', 'a\ufffdb'],
  ])('cannot drive it by %s', (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect([...text].map(printable).join('')).toBe(shown);
  });

  it('is otherwise as it was', () => {
    const text = 'Grüße,\n\tこんにちは 👋🏽 – fine.';
    expect(printable(text)).toBe(text);
  });

  it('is one line where a message has to be one', () => {
    expect(printableLine(' two\r\n  lines\u001b[A ')).toBe('two lines␛[A');
  });
});
