import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from './render-package.ts';

/** What a folder may hold and be empty all the same: a new repository. */
const nothing: ReadonlySet<string> = new Set(['.git', '.DS_Store']);

/** What people and terminals end a command with: Ctrl-C, kill, a window that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a folder holds, sorted; nothing where there is none. Throws where the path is a file. */
export function contentsOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !nothing.has(name))
    .sort();
}

/**
 * Writes all files or none: in one go, which no signal interrupts, and where one of them cannot be written, what was made is removed
 * and what was overwritten is put back. Links are not followed: what they lead to is outside of the folder.
 */
export function writeFiles(folder: string, files: Files): void {
  const undo: (() => void)[] = [];
  const wait = (): void => {};
  // With a listener a signal waits for the end of this function; without one it would end the process within.
  for (const signal of signals) process.on(signal, wait);
  try {
    for (const [path, text] of files) {
      const file = join(folder, path);
      const firstMade = mkdirSync(dirname(file), { recursive: true });
      if (firstMade !== undefined) undo.push(() => rmSync(firstMade, { recursive: true, force: true }));
      refuseLinks(folder, path);
      const before = existsSync(file) ? readFileSync(file) : undefined;
      undo.push(() => (before === undefined ? rmSync(file, { force: true }) : writeFileSync(file, before)));
      writeFileSync(file, text);
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, wait);
  }
}

/** The folder itself may be a link; what is in it may not. */
function refuseLinks(folder: string, path: string): void {
  let below = folder;
  for (const part of path.split('/')) {
    below = join(below, part);
    if (!lstatSync(below, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
    throw new Error(`${below} is a link, and what it leads to is not overwritten: remove it first`);
  }
}
