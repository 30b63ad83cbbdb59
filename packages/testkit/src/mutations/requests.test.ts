import { test } from 'vitest';
import { expectCaught } from './judge.fixture.ts';
import { requestMutations } from './requests.fixture.ts';

test.each(requestMutations.map((mutation) => [mutation.wrong, mutation] as const))(
  'a provider that %s is caught by exactly the checks for it',
  (_wrong, mutation) => expectCaught(mutation),
  30_000,
);
