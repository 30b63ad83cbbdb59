import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peersFolder } from './folders.ts';
import { writeLoader } from './import-from.ts';
import { patchPortkey } from './portkey-patch.ts';

/** A copy of the lockfile that was installed: while it is the same, there is nothing to do. */
const stamp = join(peersFolder, 'node_modules', '.installed-lock');

/** Installs the peers in their exact versions, on first use and whenever these change. None of their scripts runs. */
export async function installPeers(tell: (line: string) => void): Promise<void> {
  const wanted = await readFile(join(peersFolder, 'package-lock.json'), 'utf8');
  if (!existsSync(stamp) || (await readFile(stamp, 'utf8')) !== wanted) {
    tell('installing the peers (bench/peers)');
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', args, { cwd: peersFolder, shell: process.platform === 'win32' });
    await writeFile(stamp, wanted);
  }
  await patchPortkey(peersFolder);
  await writeLoader(peersFolder);
}
