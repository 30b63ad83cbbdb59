import { join } from 'node:path';

/** The folder of the benchmark's package. */
export const benchFolder: string = join(import.meta.dirname, '..', '..');

/** What the benchmark makes for itself: git, the linter and the workspace pass `dist` over. */
export const scratchFolder: string = join(benchFolder, 'dist');

/** Where the peers are declared, and where npm installs them. */
export const peersFolder: string = join(benchFolder, 'peers');

/** An application that has our packages installed as they are published. */
export const oursFolder: string = join(scratchFolder, 'ours');
