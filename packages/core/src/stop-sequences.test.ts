import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, cuts } from './cut.fixture.ts';
import { StopFilter } from './stop-sequences.ts';

interface Shown {
  readonly text: string;
  readonly stoppedBy?: string | undefined;
}

function filtered(pieces: readonly string[], stops: readonly string[]): Shown {
  const filter = new StopFilter(stops);
  let text = '';
  for (const piece of pieces) {
    const verdict = filter.push(piece);
    text += verdict.text;
    if (verdict.stoppedBy !== undefined) return { text, stoppedBy: verdict.stoppedBy };
  }
  return { text: text + filter.end() };
}

/** What a reader of the whole text would do: the stop sequence that is complete first; of two, the longer. */
function onTheWholeText(text: string, stops: readonly string[]): Shown {
  for (let end = 1; end <= text.length; end += 1) {
    const [longest] = stops
      .filter((stop) => stop !== '' && text.slice(0, end).endsWith(stop))
      .sort((a, b) => b.length - a.length);
    if (longest !== undefined) return { text: text.slice(0, end - longest.length), stoppedBy: longest };
  }
  return { text };
}

describe('stop sequences', () => {
  it.each([
    [['one two three'], ['two'], { text: 'one ', stoppedBy: 'two' }],
    [['one t', 'w', 'o three'], ['two'], { text: 'one ', stoppedBy: 'two' }],
    [['one tw'], ['two'], { text: 'one tw' }],
    [['a', 'a', 'a', 'b'], ['aab'], { text: 'a', stoppedBy: 'aab' }],
    [['abc'], ['abc', 'b'], { text: 'a', stoppedBy: 'b' }],
    [['xabc'], ['bc', 'abc'], { text: 'x', stoppedBy: 'abc' }],
    [['a\n\n', 'b'], ['\n\n'], { text: 'a', stoppedBy: '\n\n' }],
    [['stop'], ['stop'], { text: '', stoppedBy: 'stop' }],
    [['a🙂b'], ['🙂'], { text: 'a', stoppedBy: '🙂' }],
    [['abc'], [], { text: 'abc' }],
    [['abc'], [''], { text: 'abc' }],
  ])('%j until %j', (pieces, stops, shown) => {
    expect(filtered(pieces, stops)).toEqual(shown);
  });

  it('hold back no more than what may be the beginning of one', () => {
    const filter = new StopFilter(['END', 'E!']);
    expect(filter.push('text E')).toEqual({ text: 'text ' });
    expect(filter.push('N')).toEqual({ text: '' });
    expect(filter.push('E')).toEqual({ text: 'EN' });
    expect(filter.push('x')).toEqual({ text: 'Ex' });
    expect(filter.end()).toBe('');
  });

  it('do not depend on how the text is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(letters, stops, cuts, (text, all, places) => {
        expect(filtered(cut(text, places), all)).toEqual(onTheWholeText(text, all));
      }),
      { numRuns: 2_000 },
    );
  });
});
