import { test } from 'vitest';
import { callMutations } from './calls.fixture.ts';
import { expectCaught } from './judge.fixture.ts';

test.each(callMutations.map((mutation) => [mutation.wrong, mutation] as const))(
  'a provider that %s is caught by exactly the checks for it',
  (_wrong, mutation) => expectCaught(mutation),
  30_000,
);
