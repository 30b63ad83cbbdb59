// Runs the fault matrix and writes docs/faults.md: `npm run faults`.
//
//   --full        at full size, every provider everywhere: minutes
//   --check       only tells whether the page is up to date
//   <group> …     only these groups: connect, headers, status, redirect, "wrong 200", framing, mid-stream, size, caller, …

import { parseArgs } from 'node:util';
import { type Group, groups } from './cell.ts';
import { readPage, updatedPage, writePage } from './document.ts';
import { problemsOf } from './known-bad.ts';
import { matrix, runGroups } from './matrix.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
});

const names: readonly Group[] = groups.map(([name]) => name);
const unknown = positionals.find((name) => !names.some((group) => group === name));
if (unknown === undefined)
  await run(names.filter((name) => positionals.length === 0 || positionals.includes(name)));
else fail(`there is no group "${unknown}". Groups: ${names.join(', ')}`);

async function run(chosen: readonly Group[]): Promise<void> {
  const startedAt = performance.now();
  const judged = await runGroups(chosen, values.full);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const problems = problemsOf(judged);
  process.stdout.write(`${judged.length} of ${matrix.length} cells in ${seconds} s\n`);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) {
    fail(`${problems.length} cells are not as the design wants them; docs/faults.md stays as it is`);
    return;
  }
  const page = readPage();
  const updated = updatedPage(page, chosen, judged);
  if (updated === page) process.stdout.write('docs/faults.md is up to date\n');
  else if (values.check) fail('docs/faults.md is stale; npm run faults writes it anew');
  else {
    writePage(updated);
    process.stdout.write('docs/faults.md was written anew\n');
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
