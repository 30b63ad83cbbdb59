// Runs the checks of the repository: all of them, or those named as arguments.

import { join } from 'node:path';
import { repositoryRoot } from '../workspace/packages.ts';
import { runChecks } from './run-checks.ts';
import { steps } from './steps.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interrupted.abort(signal));
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

print(`Node ${process.versions.node}`);
process.exitCode = await runChecks(steps, {
  root: repositoryRoot,
  reports: join(repositoryRoot, 'node_modules', '.cache', 'sluice-check'),
  names: process.argv.slice(2),
  signal: interrupted.signal,
  // Colours are for a terminal; the steps write into a pipe and can't see whether ours is one.
  env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
  print,
});
