import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A streamed answer is passed on with the headers of a fetched one, which nobody may change, and then changed: with every
 * newer Hono adapter the published gateway answers all streams with 500 ("immutable"). The copy is what its authors would
 * have to write.
 */
const broken = ':new Response(p,e)}';
const mended = ':new Response(p,{status:e.status,statusText:e.statusText,headers:new Headers(e.headers)})}';

/** Mends the installed gateway, once. Throws if it is not the version that this was written for. */
export async function patchPortkey(folder: string): Promise<void> {
  const file = join(folder, 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');
  const source = await readFile(file, 'utf8');
  if (source.includes(mended)) return;
  if (source.split(broken).length !== 2) {
    throw new Error('@portkey-ai/gateway is not the version that its patch was written for');
  }
  await writeFile(
    file,
    source.replace(broken, () => mended),
  );
}
