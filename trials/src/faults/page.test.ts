import { describe, expect, it } from 'vitest';
import type { Fault, Gap, Judged } from './cell.ts';
import { places } from './facts.ts';
import { type KnownBad, problemsOf } from './known-bad.ts';
import { allNumbers, gaps, matrix, numbersIn } from './matrix.ts';
import { sectionOf, withSection } from './page.ts';
import { type SubjectName, subjectNames } from './subjects.ts';

const fault: Fault = { number: '5', group: 'headers', fault: 'reset' };

function judgedAs(subject: SubjectName, caller: string, more: Partial<Fault> = {}): readonly Judged[] {
  const facts = { caller, upstream: 'over', left: 'nothing' };
  return places.map((place) => ({
    fault: { ...fault, ...more },
    subject,
    place,
    expected: facts,
    seen: facts,
  }));
}

function linesOf(judged: readonly Judged[], missing: readonly Gap[] = []): readonly string[] {
  return sectionOf('headers', { judged, gaps: missing, notes: [] })
    .split('\n')
    .slice(2)
    .map((line) => line.split(' | ').slice(1, 3).join(' → '));
}

describe('the list of faults', () => {
  it('has a cell or a reason for each of the 84 numbers, at each provider', () => {
    expect(allNumbers).toEqual(Array.from({ length: 84 }, (_, each) => each + 1));
    for (const subject of subjectNames) {
      const met = [...matrix, ...gaps].filter((each) => each.subject === subject);
      const numbers = new Set(met.flatMap((each) => numbersIn(each.fault.number)));
      expect(allNumbers.filter((number) => !numbers.has(number))).toEqual([]);
    }
  });

  it('is met by at least one provider in at least one place, whatever its number', () => {
    const numbers = new Set(matrix.flatMap((cell) => numbersIn(cell.fault.number)));
    expect(allNumbers.filter((number) => !numbers.has(number))).toEqual([]);
  });

  it('names no cell twice', () => {
    const names = matrix.map(({ fault: { number, fault: words, variant }, subject, place }) =>
      [number, words, variant, subject, place].join(', '),
    );
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});

describe('the page', () => {
  it('has one line where all providers agree, and says where they differ', () => {
    const agreeing = subjectNames.flatMap((name) => judgedAs(name, '`network`'));
    expect(linesOf(agreeing)).toEqual(['reset → `network`']);
    const differing = subjectNames.flatMap((name) =>
      judgedAs(name, name.startsWith('h2o') ? '`truncated`' : '`network`'),
    );
    expect(linesOf(differing)).toEqual([
      'reset: *openai-compatible*, *ylokh*, *flowgpt* → `network`',
      'reset: *h2o* → `truncated`',
    ]);
  });

  it('tells forms with the same outcome in one line', () => {
    const judged = ['one', 'two', 'three'].flatMap((variant) =>
      subjectNames.flatMap((name) => judgedAs(name, variant === 'two' ? '`auth`' : '`network`', { variant })),
    );
    expect(linesOf(judged)).toEqual(['reset: one, three → `network`', 'reset: two → `auth`']);
  });

  it('gives the reason for what is not met', () => {
    const judged = judgedAs('ylokh', '`network`');
    const missing = subjectNames
      .filter((name) => name !== 'ylokh')
      .map((subject) => ({ fault, subject, why: 'it has no headers' }));
    expect(linesOf(judged, missing)[0]).toBe('reset → `network`');
    expect(sectionOf('headers', { judged, gaps: missing, notes: [] })).toContain(
      '- 5 (*openai-compatible*, *flowgpt*, *h2o*): it has no headers',
    );
  });

  it('tells what was left behind', () => {
    const [judged] = judgedAs('ylokh', '`network`');
    const seen = { ...judged?.seen, left: '1 connections' };
    expect(linesOf([{ ...(judged as Judged), seen }])).toEqual(['reset → `network`; left: 1 connections']);
  });

  it('has a place for each group', () => {
    expect(() => withSection('nothing', 'headers', '')).toThrow('no place for the group headers');
  });
});

describe('a cell that is not as the design wants it', () => {
  const [right] = judgedAs('ylokh', '`network`') as readonly [Judged, ...Judged[]];
  const wrong: Judged = { ...right, seen: { ...right.seen, caller: '`internal`' } };
  const listed: KnownBad = {
    number: '5',
    fault: 'reset',
    subject: 'ylokh',
    place: right.place,
    seen: wrong.seen,
    why: 'an example',
  };

  it('is told with what was expected and what was seen', () => {
    expect(problemsOf([wrong], [])).toEqual([
      '5 reset, ylokh, alone: caller: expected `network`; seen: `internal`',
    ]);
    expect(problemsOf([right], [])).toEqual([]);
  });

  it('may be listed as such, until it is right', () => {
    expect(problemsOf([wrong], [listed])).toEqual([]);
    expect(problemsOf([right], [listed])).toEqual([
      '5 reset, ylokh, alone: is right now; take it off the list in known-bad.ts',
    ]);
    expect(problemsOf([{ ...right, seen: {} }], [listed])).toHaveLength(1);
  });
});
