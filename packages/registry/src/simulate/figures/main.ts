// Makes the figures of docs/routing.md anew: `npm run simulate`. With `--check` it only tells whether they are up to date.

import { readFileSync, writeFileSync } from 'node:fs';
import { allFigures } from './all-figures.ts';
import { withFigures } from './figure.ts';

const path = new URL('../../../../../docs/routing.md', import.meta.url);
const document = readFileSync(path, 'utf8');
const updated = withFigures(document, await allFigures());
if (updated === document) process.stdout.write('docs/routing.md: the figures are up to date\n');
else if (process.argv.includes('--check')) {
  process.stderr.write('docs/routing.md: the figures are stale; npm run simulate makes them anew\n');
  process.exitCode = 1;
} else {
  writeFileSync(path, updated);
  process.stdout.write('docs/routing.md: the figures were made anew\n');
}
