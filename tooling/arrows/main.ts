// Ends with 1 and one line per import that crosses an arrow of the house.

import { repositoryRoot } from '../workspace/packages.ts';
import { checkArrows } from './check-arrows.ts';

for (const { file, line, reason } of checkArrows(repositoryRoot)) {
  process.stdout.write(`${file}:${line}: ${reason}\n`);
  process.exitCode = 1;
}
