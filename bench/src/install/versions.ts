import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oursFolder, peersFolder } from './folders.ts';

/** The versions of what is measured, as installed. */
export async function installedVersions(
  names: readonly string[],
): Promise<{ readonly [name: string]: string }> {
  const found = await Promise.all(names.map(async (name) => [name, await versionOf(name)] as const));
  return Object.fromEntries(found);
}

async function versionOf(name: string): Promise<string> {
  for (const folder of [oursFolder, peersFolder]) {
    try {
      const file = join(folder, 'node_modules', name, 'package.json');
      const { version }: { version: string } = JSON.parse(await readFile(file, 'utf8'));
      return version;
    } catch {
      // It is installed in the other one.
    }
  }
  throw new Error(`${name} is not installed`);
}
