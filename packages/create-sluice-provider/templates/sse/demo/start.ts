// `npm start -- "Hello"`: an application, which is this folder, asks the provider through `sluice chat`. It finds the provider by
// its manifest, as any application would; the answer comes from a server on this machine.

import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { processIo, run } from '@sluice/cli';
import { startServer } from './server.ts';

const application = import.meta.dirname;

// What `npm install` in this folder would do. Made anew each time: the package may have moved.
const installed = join(application, 'node_modules', 'sluice-provider-acme');
await mkdir(dirname(installed), { recursive: true });
await rm(installed, { force: true });
await symlink(dirname(application), installed, 'junction');

// key:begin
const apiKey = 'a-key-for-this-machine-alone';
const server = await startServer({ apiKey, delayMs: 30 });
// key:end
// no-key: const server = await startServer({ delayMs: 30 });
const words = process.argv.slice(2);
const prompt = words.length > 0 ? words : ['What does a sluice do?'];
process.exitCode = await run(['chat', ...prompt], {
  ...processIo(),
  cwd: application,
  env: {
    ...process.env,
    ACME_URL: server.url,
    // key:begin
    ACME_API_KEY: apiKey,
    // key:end
  },
});
await server.close();
