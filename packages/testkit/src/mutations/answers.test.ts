import { test } from 'vitest';
import { answerMutations } from './answers.fixture.ts';
import { expectCaught } from './judge.fixture.ts';

test.each(answerMutations.map((mutation) => [mutation.wrong, mutation] as const))(
  'a provider that %s is caught by exactly the checks for it',
  (_wrong, mutation) => expectCaught(mutation),
  30_000,
);
