import { expect } from 'vitest';
import { allChecks } from '../all-checks.ts';
import { referenceProvider, referenceUpstream } from '../reference-provider.fixture.ts';
import type { ConformanceReport } from '../report.ts';
import { runConformance } from '../run-conformance.ts';
import type { Mutation } from './mutation.fixture.ts';

/** Short: a provider that hangs is waited for by every check that it fails. Long enough for a busy machine. */
const patienceMs = 1_000;

/** What takes longest is run only where it must fail: it takes as much time as all the others together. */
const heavy: readonly string[] = ['no-mixing', 'back-pressure'];

/** Runs the kit on a mutated provider. */
function reportOn({ parts, fails }: Mutation): Promise<ConformanceReport> {
  return runConformance(
    {
      create: ({ baseURL, credential }) => referenceProvider(baseURL, credential, parts()),
      upstream: referenceUpstream,
      patienceMs,
    },
    {
      atOnce: 8,
      only: allChecks.map(({ id }) => id).filter((id) => !heavy.includes(id) || fails.includes(id)),
    },
  );
}

/** Exactly the checks named fail, and the first of them says what is wrong. */
export async function expectCaught(mutation: Mutation): Promise<void> {
  const { results } = await reportOn(mutation);
  const failed = results.filter((result) => result.outcome === 'failed');
  expect(failed.map(({ id }) => id).sort()).toEqual([...mutation.fails].sort());
  expect(failed.find(({ id }) => id === mutation.fails[0])?.message).toMatch(mutation.says);
}
