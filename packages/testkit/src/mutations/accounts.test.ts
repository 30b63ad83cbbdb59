import { test } from 'vitest';
import { accountMutations } from './accounts.fixture.ts';
import { expectCaught } from './judge.fixture.ts';

test.each(accountMutations.map((mutation) => [mutation.wrong, mutation] as const))(
  'a provider that %s is caught by exactly the checks for it',
  (_wrong, mutation) => expectCaught(mutation),
  30_000,
);
