// Loaded into `sluice serve` before anything else (`--import`): tells what the process holds when it is asked, garbage collected first.
import { readdirSync } from 'node:fs';

process.on('message', () => {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const resources: { [name: string]: number } = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  process.send?.({ rss, heapUsed, arrayBuffers, resources, files: openFiles() });
});
// The server must be able to end while its parent still listens.
process.channel?.unref();

function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}
