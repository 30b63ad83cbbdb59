import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTsc } from '../build/tsc.ts';
import { repositoryRoot } from '../workspace/packages.ts';

/**
 * Declarations that a user installs, and where ours stand. Those of `@ai-sdk/provider` import json-schema's, which it does not
 * bring along: the README of `@sluice/ai-sdk` says so.
 */
const typesFrom = { node: 'node_modules', 'json-schema': 'packages/ai-sdk/node_modules' } as const;

/** Checks files of a user's folder as strictly as a user can: the declarations of the packages, too. Throws what is wrong. */
export async function typeCheckAsUser(folder: string, files: readonly string[]): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@types'), { recursive: true });
  for (const [name, from] of Object.entries(typesFrom)) {
    const place = join(modules, '@types', name);
    await rm(place, { recursive: true, force: true });
    await symlink(join(repositoryRoot, from, '@types', name), place, 'junction');
  }
  const compilerOptions = {
    strict: true,
    noEmit: true,
    // As Node runs them.
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: false,
  };
  const config = join(folder, 'tsconfig.json');
  await writeFile(config, JSON.stringify({ compilerOptions, files }));
  await runTsc(['-p', config]);
}
