import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTsc } from '../build/tsc.ts';
import { repositoryRoot } from '../workspace/packages.ts';

/** Checks files of a user's folder as strictly as a user can: the declarations of the packages, too. Throws what is wrong. */
export async function typeCheckAsUser(folder: string, files: readonly string[]): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  await symlink(join(repositoryRoot, 'node_modules', '@types'), join(modules, '@types'), 'junction');
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: false,
  };
  const config = join(folder, 'tsconfig.json');
  await writeFile(config, JSON.stringify({ compilerOptions, files }));
  await runTsc(['-p', config]);
}
