import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { StreamedText } from './streamed-text.ts';

function compare(streamed: readonly string[], finalText: string): unknown {
  const text = new StreamedText();
  for (const piece of streamed) text.add(piece);
  return text.compare(finalText, (before) => before.includes('The sky'));
}

describe('the final text of a server', () => {
  it.each([
    ['is what was streamed', [' Hello', ' you'], ' Hello you', ''],
    ['is the same, trimmed', [' Hello', ' you '], 'Hello you', ''],
    ['goes on', ['Hello'], 'Hello you', ' you'],
    ['goes on, and is trimmed', [' Hello'], 'Hello you', ' you'],
    ['lacks the last token after a stop', [' tok0', ' tok1'], 'tok0', ''],
    ['has the prompt before it', [' blue'], 'The sky is blue', ''],
    ['is empty', ['Hello'], '', ''],
    ['is all there is', [], 'Hello', 'Hello'],
  ])('that %s is fine', (_what, streamed, finalText, missing) => {
    expect(compare(streamed, finalText)).toEqual({ missing });
  });

  it('that is the last part of it tells of an attempt that was given up', () => {
    expect(compare([' One', ' try', ' One', ' two'], 'One two')).toEqual({
      missing: '',
      problem: expect.stringContaining('the first 8 characters'),
    });
  });

  it('that has a beginning that nobody knows tells how much is missing', () => {
    expect(compare(['you'], 'Hello you')).toEqual({
      missing: '',
      problem: expect.stringContaining('the first 6 characters'),
    });
  });

  it('that is another one is a problem, told without a word of it', () => {
    expect(compare(['Secret A'], 'Secret B')).toEqual({
      missing: '',
      problem: expect.not.stringContaining('Secret'),
    });
  });

  it('is not compared once the answer is too long to keep', () => {
    expect(compare(['x'.repeat(600_000), 'x'.repeat(600_000)], 'y')).toEqual({ missing: '' });
  });
});

it('what is kept of many small pieces takes what it says, and not fifty bytes for each', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const pieces = 200_000;
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = new StreamedText();
  // Made anew each time, as a decoder makes them: a constant would be shared.
  for (let each = 0; each < pieces; each += 1) kept.add(String(1_000 + (each % 9_000)));
  collect();
  const bytesEach = (process.memoryUsage().heapUsed - before) / pieces;
  expect(kept.empty).toBe(false);
  expect(bytesEach).toBeLessThan(16);
});
