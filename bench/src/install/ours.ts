import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { benchFolder, oursFolder } from './folders.ts';
import { writeLoader } from './import-from.ts';

const repository = join(benchFolder, '..');

/** The packages that are measured, by folder; each stands behind those that it imports. */
const rooms = [
  'core',
  'provider-openai-compatible',
  'provider-h2o',
  'provider-flowgpt',
  'registry',
  'gateway',
] as const;

interface Manifest {
  readonly name: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly publishConfig?: { readonly exports?: unknown };
}

/**
 * Installs our packages as users get them: built, with the entries that are published. Sources with their types stripped
 * would load more files and run other code. Third-party packages are those of the lockfile.
 */
export async function installOurs(build: boolean, tell: (line: string) => void): Promise<void> {
  if (build) {
    tell('building our packages');
    const turbo = createRequire(join(repository, 'package.json')).resolve('turbo/bin/turbo');
    // In the order of the arrows, and without what only their tests need.
    for (const room of rooms) {
      const args = ['run', 'build', '--only', '--output-logs=errors-only', `--filter=@sluice/${room}`];
      await promisify(execFile)(process.execPath, [turbo, ...args], { cwd: repository });
    }
  }
  await rm(oursFolder, { recursive: true, force: true });
  const modules = join(oursFolder, 'node_modules');
  for (const room of rooms) await place(join(repository, 'packages', room), modules);
  await writeLoader(oursFolder);
  const dependencies = Object.fromEntries(rooms.map((room) => [`@sluice/${room}`, '*']));
  await writeFile(
    join(oursFolder, 'package.json'),
    JSON.stringify({ name: 'measured', private: true, type: 'module', dependencies }),
  );
}

async function place(source: string, modules: string): Promise<void> {
  const manifest: Manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  const target = join(modules, manifest.name);
  await mkdir(target, { recursive: true });
  await cp(join(source, 'dist'), join(target, 'dist'), { recursive: true });
  const published = { ...manifest, ...manifest.publishConfig };
  await writeFile(join(target, 'package.json'), JSON.stringify(published, null, 2));
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (name.startsWith('@sluice/')) continue;
    const link = join(modules, name);
    await mkdir(dirname(link), { recursive: true });
    await rm(link, { force: true });
    await symlink(await realpath(join(source, 'node_modules', name)), link, 'junction');
  }
}
