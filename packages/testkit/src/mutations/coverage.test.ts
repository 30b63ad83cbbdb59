import { expect, test } from 'vitest';
import { allChecks } from '../all-checks.ts';
import { accountMutations } from './accounts.fixture.ts';
import { answerMutations } from './answers.fixture.ts';
import { callMutations } from './calls.fixture.ts';
import { requestMutations } from './requests.fixture.ts';
import { streamMutations } from './streams.fixture.ts';
import { transportMutations } from './transport.fixture.ts';
import { unreadMutations } from './unread.fixture.ts';

/** Caught elsewhere: what these need is no part of the reference protocol. */
const byOtherTests = ['nothing-left-upstream', 'model-passed-on'];

test('every check can fail: some mutation makes it', () => {
  const caught = new Set(
    [
      ...accountMutations,
      ...streamMutations,
      ...callMutations,
      ...answerMutations,
      ...requestMutations,
      ...transportMutations,
      ...unreadMutations,
    ].flatMap(({ fails }) => fails),
  );
  const never = allChecks.map(({ id }) => id).filter((id) => !caught.has(id) && !byOtherTests.includes(id));
  expect(never).toEqual([]);
});

test('no two checks have the same name', () => {
  expect(new Set(allChecks.map(({ id }) => id)).size).toBe(allChecks.length);
});
