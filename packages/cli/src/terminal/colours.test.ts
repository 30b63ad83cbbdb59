import { describe, expect, it } from 'vitest';
import { Sink } from '../fake-io.fixture.ts';
import { coloursFor } from './colours.ts';
import type { Io } from './io.ts';

const coloured = (isTTY: boolean, env: Io['env'], wanted?: boolean): boolean =>
  coloursFor(new Sink(isTTY), env, wanted).red('x') !== 'x';

describe('colour', () => {
  it.each<[string, boolean, Io['env'], boolean | undefined, boolean]>([
    ['a terminal has it', true, {}, undefined, true],
    ['a pipe has none', false, {}, undefined, false],
    ['a dumb terminal has none', true, { TERM: 'dumb' }, undefined, false],
    ['NO_COLOR switches it off', true, { NO_COLOR: '1' }, undefined, false],
    ['an empty NO_COLOR is none', true, { NO_COLOR: '' }, undefined, true],
    ['FORCE_COLOR switches it on', false, { FORCE_COLOR: '1' }, undefined, true],
    ['FORCE_COLOR=0 switches it off', true, { FORCE_COLOR: '0' }, undefined, false],
    ['--no-color wins', true, { FORCE_COLOR: '1' }, false, false],
    ['NO_COLOR wins over FORCE_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, undefined, false],
  ])('%s', (_what, isTTY, env, wanted, expected) => {
    expect(coloured(isTTY, env, wanted)).toBe(expected);
  });
});
