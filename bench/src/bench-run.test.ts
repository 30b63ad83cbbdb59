import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import { type BenchRun, benchRun, isWhole } from './bench-run.ts';

const runOf = (...args: string[]): BenchRun => benchRun(read(...args), () => {});

function read(...args: string[]): Exclude<ReturnType<typeof readArguments>, 'help'> {
  const found = readArguments(args);
  if (found === 'help') throw new Error('these arguments ask for help');
  return found;
}

test('only whole runs are kept', () => {
  expect(isWhole(read('client'))).toBe(true);
  for (const option of ['--quick', '--profile', '--workloads=long', '--subjects=ai']) {
    expect(isWhole(read(option))).toBe(false);
  }
});

test('whoever is chosen is measured with the floor', () => {
  const { wantsSubject } = runOf('--subjects=ai');
  expect(['floor', 'floor-flowgpt', 'ai', 'openai'].filter(wantsSubject)).toEqual([
    'floor',
    'floor-flowgpt',
    'ai',
  ]);
});

test('profiles are taken of ours and of the floor, each in a file of its own', () => {
  const { wantsSubject, nodeArgs } = runOf('--profile');
  expect(['floor', 'sluice', 'sluice-registry', 'ai'].filter(wantsSubject)).toEqual([
    'floor',
    'sluice',
    'sluice-registry',
  ]);
  expect(nodeArgs('long-sluice')).toContain('--cpu-prof-name=long-sluice.cpuprofile');
  expect(runOf().nodeArgs('long-sluice')).toEqual([]);
});
