import { link, rename, rm, writeFile } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';

/**
 * Writes a file as a whole or not at all, whatever ends the process meanwhile. Throws a `UsageError` if it is there already and
 * may not be overwritten, or cannot be written.
 */
export async function writeConfig(file: string, text: string, overwrite: boolean): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    // `rename` would replace what somebody wrote since it was looked for; `link` does not.
    await (overwrite ? rename(draft, file) : link(draft, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(
      code === 'EEXIST'
        ? `${file} is already here; --force overwrites it`
        : `${file} cannot be written (${code})`,
    );
  } finally {
    await rm(draft, { force: true });
  }
}
