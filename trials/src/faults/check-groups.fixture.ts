import { expect, test } from 'vitest';
import type { Group } from './cell.ts';
import { readPage, updatedPage } from './document.ts';
import { problemsOf } from './known-bad.ts';
import { runGroups } from './matrix.ts';

/** How long a part of the matrix may take, in milliseconds: a busy machine needs a multiple of the usual 10 to 20 s. */
const timeout = 300_000;

/** Registers the tests of some groups: each cell is as the design wants it, and docs/faults.md tells the same. */
export function checkGroups(names: readonly Group[]): void {
  test(`every cell of ${names.join(', ')} is as the design wants it, and docs/faults.md says so`, {
    timeout,
  }, async () => {
    const judged = await runGroups(names, false);
    expect(judged.length).toBeGreaterThan(0);
    expect(problemsOf(judged)).toEqual([]);
    const page = readPage();
    const isCurrent = updatedPage(page, names, judged) === page;
    expect(isCurrent, 'docs/faults.md is stale; npm run faults writes it anew').toBe(true);
  });
}
