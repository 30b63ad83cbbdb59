import type { ChatEvent } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOfEvents } from '../replies.fixture.ts';
import { ThinkTags } from './think-tags.ts';

function split(...pieces: readonly string[]): { readonly reasoning: string; readonly text: string } {
  const tags = new ThinkTags();
  const events: ChatEvent[] = [];
  for (const piece of pieces) tags.push(piece, events);
  tags.end(events);
  expect(events.filter((event) => 'text' in event && event.text === '')).toEqual([]);
  return { reasoning: textOfEvents(events, 'reasoning-delta'), text: textOfEvents(events, 'text-delta') };
}

describe('a <think> block', () => {
  it.each([
    ['<think>Let me think.</think> Hello', 'Let me think.', ' Hello'],
    ['\n <think>a</think>\n\nb', 'a', '\n\nb'],
    ['<think></think>b', '', 'b'],
    ['<think>never closed', 'never closed', ''],
    ['<think>ends in half a tag </thi', 'ends in half a tag </thi', ''],
    ['no block', '', 'no block'],
    ['  white space stays', '', '  white space stays'],
    ['<thinking>is another tag', '', '<thinking>is another tag'],
    ['<thi', '', '<thi'],
    ['Use <think>x</think> for it', '', 'Use <think>x</think> for it'],
    ['<think>a</think>b<think>c</think>', 'a', 'b<think>c</think>'],
    [' '.repeat(65), '', ' '.repeat(65)],
    [`${' '.repeat(65)}<think>a</think>`, '', `${' '.repeat(65)}<think>a</think>`],
    ['', '', ''],
  ])('at the beginning is reasoning, anything else is text: %j', (whole, reasoning, text) => {
    expect(split(whole)).toEqual({ reasoning, text });
  });

  it('is found however the text is cut', () => {
    const texts = fc
      .array(fc.constantFrom('<think>', '</think>', '<', '/', 'th', 'ink>', ' ', 'a', '🦙'), {
        maxLength: 12,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, fc.array(fc.nat(60)), (whole, cuts) => {
        const ends = [...cuts.filter((cut) => cut < whole.length), whole.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
        expect(split(...pieces)).toEqual(split(whole));
      }),
    );
  });

  it('is shown as it comes, but for what may still be its end', () => {
    const tags = new ThinkTags();
    const events: ChatEvent[] = [];
    tags.push('<think>one two <', events);
    expect(textOfEvents(events, 'reasoning-delta')).toBe('one two ');
    tags.push('b> three', events);
    expect(textOfEvents(events, 'reasoning-delta')).toBe('one two <b> three');
  });
});
