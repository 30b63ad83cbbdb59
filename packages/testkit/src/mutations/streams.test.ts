import { test } from 'vitest';
import { expectCaught } from './judge.fixture.ts';
import { streamMutations } from './streams.fixture.ts';

test.each(streamMutations.map((mutation) => [mutation.wrong, mutation] as const))(
  'a provider that %s is caught by exactly the checks for it',
  (_wrong, mutation) => expectCaught(mutation),
  30_000,
);
