import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));

/** A folder with the command `sluice` in it, as an installation makes one. */
export interface SluiceOnPath extends AsyncDisposable {
  readonly folder: string;
  /** With the command in it. */
  readonly PATH: string;
}

export async function sluiceOnPath(): Promise<SluiceOnPath> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-path-'));
  const file = join(folder, 'sluice');
  await writeFile(
    file,
    `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${bin}' "$@"\n`,
  );
  await chmod(file, 0o755);
  return {
    folder,
    PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
