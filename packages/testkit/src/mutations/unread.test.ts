import { test } from 'vitest';
import { expectCaught } from './judge.fixture.ts';
import { unreadMutations } from './unread.fixture.ts';

test.each(unreadMutations.map((mutation) => [mutation.wrong, mutation] as const))(
  'a provider that %s is caught by exactly the checks for it',
  (_wrong, mutation) => expectCaught(mutation),
  30_000,
);
