import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from './render-package.ts';

/** What a folder may hold and be empty all the same: a new repository. */
const nothing: ReadonlySet<string> = new Set(['.git', '.DS_Store']);

/** What a folder holds, sorted; nothing where there is none. Throws where the path is a file. */
export function contentsOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !nothing.has(name))
    .sort();
}

/**
 * Writes all files or none: in one go, which no signal interrupts, and what was made is removed where one of them cannot be
 * written. A file that is already there is overwritten.
 */
export function writeFiles(folder: string, files: Files): void {
  const made: string[] = [];
  const wait = (): void => {};
  // With a listener a signal waits for the end of this function; without one it would end the process within.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, wait);
  try {
    for (const [path, text] of files) {
      const file = join(folder, path);
      const firstMade = mkdirSync(dirname(file), { recursive: true });
      if (firstMade !== undefined) made.push(firstMade);
      if (!existsSync(file)) made.push(file);
      writeFileSync(file, text);
    }
  } catch (error) {
    for (const path of made.reverse()) rmSync(path, { recursive: true, force: true });
    throw error;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, wait);
  }
}
