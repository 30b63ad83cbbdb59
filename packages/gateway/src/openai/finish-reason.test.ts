import { expect, test } from 'vitest';
import { finishReasonOf } from './finish-reason.ts';

test('an answer that was stopped from outside is not called complete', () => {
  expect(finishReasonOf('interrupted')).toBe('length');
});

test('a reason of tomorrow still ends the answer with a word that OpenAI clients know', () => {
  expect(finishReasonOf('of-tomorrow' as 'other')).toBe('stop');
});
