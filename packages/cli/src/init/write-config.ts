import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';

/**
 * Writes a file as a whole or not at all, whatever ends the process meanwhile. Throws a `UsageError` if it is there by now and
 * may not be overwritten, or cannot be written.
 */
export async function writeConfig(file: string, text: string, overwrite: boolean): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    if (!overwrite && existsSync(file)) {
      throw new UsageError(`${file} is already here; --force overwrites it`);
    }
    await rename(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new UsageError(`${file} cannot be written (${code})`);
  } finally {
    await rm(draft, { force: true });
  }
}
