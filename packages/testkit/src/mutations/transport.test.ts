import { test } from 'vitest';
import { expectCaught } from './judge.fixture.ts';
import { transportMutations } from './transport.fixture.ts';

test.each(transportMutations.map((mutation) => [mutation.wrong, mutation] as const))(
  'a provider that %s is caught by exactly the checks for it',
  (_wrong, mutation) => expectCaught(mutation),
  30_000,
);
