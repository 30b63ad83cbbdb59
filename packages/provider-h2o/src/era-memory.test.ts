import { describe, expect, it } from 'vitest';
import { eras } from './era.ts';
import { allCandidates, createEraMemory, narrow } from './era-memory.ts';

const names = (candidates: readonly { readonly era: string }[]): string =>
  candidates.map(({ era }) => era).join('');

describe('what a server may be', () => {
  it('is taken for the newest first, and for A before B, whose body it takes too', () => {
    expect(names(allCandidates('auto'))).toBe('edcab');
    expect(eras.b.accepts).toEqual(expect.arrayContaining([...eras.a.accepts]));
  });

  it('is only what was configured', () => {
    expect(names(allCandidates('c'))).toBe('c');
  });

  it('gets less with each thing that is seen', () => {
    const trees = narrow(allCandidates('auto'), ({ tree }) => tree);
    expect(names(trees)).toBe('edc');
    expect(names(narrow(trees, ({ accepts }) => accepts.includes('tree')))).toBe('c');
  });

  it('begins anew when it cannot be what it was taken for', () => {
    expect(names(narrow([eras.e], ({ tree }) => !tree))).toBe('ab');
  });
});

describe('the memory of a provider', () => {
  it('keeps what an answer has confirmed until it proves wrong', () => {
    const memory = createEraMemory('auto');
    expect(memory.confirmed).toBe(false);
    memory.confirm([eras.c]);
    expect([names(memory.candidates), memory.confirmed]).toEqual(['c', true]);
    memory.forget();
    expect([names(memory.candidates), memory.confirmed]).toEqual(['edcab', false]);
  });

  it('never changes where the era is configured', () => {
    const memory = createEraMemory('a');
    memory.confirm([eras.e]);
    memory.forget();
    expect([names(memory.candidates), memory.confirmed, memory.fixed]).toEqual(['a', true, true]);
  });
});
