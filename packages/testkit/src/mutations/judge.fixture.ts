import { expect } from 'vitest';
import { allChecks } from '../all-checks.ts';
import { referenceProvider, referenceUpstream } from '../reference-provider.fixture.ts';
import { runConformance } from '../run-conformance.ts';
import type { Mutation } from './mutation.fixture.ts';

/** Short: a provider that hangs is waited for by every check that it fails. Long enough for a busy machine. */
const patienceMs = 1_000;

/** What takes longest is run only where it must fail: it takes as much time as all the others together. */
const heavy: readonly string[] = ['no-mixing', 'back-pressure', 'decompression-bomb'];

/** Runs these checks on a mutated provider. */
async function failuresOf(
  { parts }: Mutation,
  only: readonly string[],
  atOnce: number,
): Promise<Map<string, string>> {
  const { results } = await runConformance(
    {
      create: ({ baseURL, credential }) => referenceProvider(baseURL, credential, parts()),
      upstream: referenceUpstream,
      patienceMs,
    },
    { only, atOnce },
  );
  return new Map(
    results.flatMap((result) => (result.outcome === 'failed' ? [[result.id, result.message]] : [])),
  );
}

/** Exactly the checks named fail, and the first of them says what is wrong. */
export async function expectCaught(mutation: Mutation): Promise<void> {
  const { fails, says } = mutation;
  const all = allChecks.map(({ id }) => id).filter((id) => !heavy.includes(id) || fails.includes(id));
  const failed = await failuresOf(mutation, all, 8);
  // Eight checks beside others on a busy machine may keep one another waiting: what surprises is looked at again, alone.
  const surprising = all.filter((id) => failed.has(id) !== fails.includes(id));
  if (surprising.length > 0) {
    const again = await failuresOf(mutation, surprising, 1);
    for (const id of surprising) {
      const message = again.get(id);
      if (message === undefined) failed.delete(id);
      else failed.set(id, message);
    }
  }
  expect([...failed.keys()].sort()).toEqual([...fails].sort());
  expect(failed.get(fails[0] ?? '')).toMatch(says);
}
