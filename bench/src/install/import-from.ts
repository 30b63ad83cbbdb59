import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One line of code in each application: what it imports is found from where it stands. */
const loaderName = join('node_modules', 'bench-import.mjs');

/** Makes `importFrom` work in an application's folder. */
export function writeLoader(folder: string): Promise<void> {
  return writeFile(join(folder, loaderName), 'export const load = (name) => import(name);\n');
}

/**
 * Imports a package as a program in that folder would get it. What comes back is not checked: peers are not installed where
 * types are, so each client states what it uses.
 */
export async function importFrom<Module>(folder: string, name: string): Promise<Module> {
  const loader: { load(name: string): Promise<Module> } = await import(
    pathToFileURL(join(folder, loaderName)).href
  );
  return loader.load(name);
}
