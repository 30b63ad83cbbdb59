// Says what the pending changesets would release, and fails when a break of a peer is not announced by those who peer on it.

import { scratchRelease } from './scratch-release.ts';
import { unannouncedBreaks } from './unannounced-breaks.ts';

const scratch = await scratchRelease();
try {
  const releases = await scratch.version();
  for (const [name, { from, to }] of releases) process.stdout.write(`${name} ${from} → ${to}\n`);
  const problems = unannouncedBreaks(releases, scratch.packages());
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} finally {
  await scratch.remove();
}
