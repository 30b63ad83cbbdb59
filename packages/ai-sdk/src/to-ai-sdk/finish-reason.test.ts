import { expect, test } from 'vitest';
import { finishReasonOf, finishReasonOfFailure, knowsInterrupted } from './finish-reason.ts';

test.each([
  ['4.0.32', true],
  ['4.0.38', true],
  ['4.1.0', true],
  ['5.0.0-beta.1', true],
  ['4.0.31', false],
  ['4.0.0', false],
  ['3.9.99', false],
])('@ai-sdk/provider %s knows interrupted: %s', (version, known) => {
  expect(knowsInterrupted(version)).toBe(known);
});

test('an answer that somebody stopped upstream is interrupted, or other where that is not known', () => {
  const finish = { type: 'finish', reason: 'interrupted', rawReason: 'stopped' } as const;
  expect(finishReasonOf(finish, true)).toEqual({ unified: 'interrupted', raw: 'stopped' });
  expect(finishReasonOf(finish, false)).toEqual({ unified: 'other', raw: 'stopped' });
});

test('a reason of a newer contract is other, with its name as the raw reason', () => {
  const finish = { type: 'finish', reason: 'paused' } as never;
  expect(finishReasonOf(finish, true)).toEqual({ unified: 'other', raw: 'paused' });
});

test.each([
  ['truncated', 'interrupted', 'error'],
  ['network', 'interrupted', 'error'],
  ['idle-timeout', 'interrupted', 'error'],
  ['server-error', 'error', 'error'],
  ['content-filter', 'content-filter', 'content-filter'],
] as const)('a failure %s ends as %s, and as %s where interrupted is not known', (code, known, unknown) => {
  expect(finishReasonOfFailure(code, true)).toEqual({ unified: known, raw: undefined });
  expect(finishReasonOfFailure(code, false).unified).toBe(unknown);
});
