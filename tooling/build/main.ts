// The build script of every package, run in the package's folder.

import { readPackage } from '../workspace/packages.ts';
import { buildPackage } from './preset.ts';

try {
  await buildPackage(readPackage(process.cwd()));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
