// Builds the manual and the reference as one site into site/dist, and checks its links. `--serve` shows it instead.

import { join } from 'node:path';
import { build, serve } from 'vitepress';
import { deadLinks } from './check-links.ts';
import { gatherContent } from './content.ts';

const root = join(import.meta.dirname, '..');

await gatherContent();
await build(root);
const dead = await deadLinks(join(root, 'dist'));
for (const line of dead) process.stderr.write(`${line}\n`);
if (dead.length > 0) process.exitCode = 1;
else if (process.argv.includes('--serve')) await serve({ root, base: '/' });
