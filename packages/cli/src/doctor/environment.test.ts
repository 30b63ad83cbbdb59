import { expect, it } from 'vitest';
import { nodeProblem } from './environment.ts';

it.each([
  ['22.18.0', 'too old: Sluice needs 22.19 or newer'],
  ['20.20.1', 'too old: Sluice needs 22.19 or newer'],
  ['22.19.0', undefined],
  ['24.0.0', undefined],
])('Node %s is judged by what the packages need', (version, problem) => {
  expect(nodeProblem(version)).toBe(problem);
});
