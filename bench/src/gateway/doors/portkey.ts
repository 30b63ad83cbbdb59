import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peersFolder } from '../../install/folders.ts';
import { model, type OpenDoor } from '../door.ts';

/** Portkey's gateway as it is published, patched where it cannot stream (install/portkey-patch.ts). */
export const portkey: OpenDoor = async (upstream) => {
  const port = await freePort();
  // It takes its settings from the command line, and prints a page for whoever looks.
  process.argv.push('--headless', `--port=${port}`);
  await import(
    pathToFileURL(join(peersFolder, 'node_modules/@portkey-ai/gateway/build/start-server.js')).href
  );
  const origin = `http://127.0.0.1:${port}`;
  await reachable(origin);
  return {
    baseURL: `${origin}/v1`,
    model,
    headers: {
      authorization: 'Bearer bench',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': upstream,
    },
  };
};

/** It cannot be told to take any port. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** It does not say when it listens. */
async function reachable(origin: string): Promise<void> {
  const until = performance.now() + 20_000;
  while (true) {
    try {
      await fetch(origin);
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
