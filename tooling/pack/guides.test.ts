import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followGuide, type Packages } from '../guides/follow-guide.ts';
import { readGuide } from '../guides/read-guide.ts';
import { readPackages, repositoryRoot } from '../workspace/packages.ts';
import { installTarballs, packAll, type Tarballs } from './packed-packages.ts';
import { testedVersion } from './tested-versions.ts';
import { typeCheckAsUser } from './type-check.ts';

// Every guide, followed word by word from an empty folder with the tarballs that would be published; its TypeScript is checked, too.

const folder = join(repositoryRoot, 'docs', 'guide');
const guides = readdirSync(folder).filter((name) => name.endsWith('.md'));

let tarballs: Tarballs;
let packages: Packages;

beforeAll(async () => {
  tarballs = await packAll(readPackages().filter(({ manifest }) => !manifest.private));
  const tools = await mkdtemp(join(tarballs.folder, 'tools-'));
  await installTarballs(tarballs, tools, ['create-sluice-provider']);
  packages = {
    install: (into, names) => installTarballs(tarballs, into, names.map(asTested)),
    creator: join(tools, 'node_modules', '.bin', 'create-sluice-provider'),
  };
});

afterAll(() => tarballs?.remove());

/** Folders and packages of ours as they are, other packages in the version that ours are tested with. */
function asTested(name: string): string {
  return name.startsWith('.') || tarballs.archives.has(name) ? name : `${name}@${testedVersion(name)}`;
}

test.each(guides)('%s can be followed', { timeout: 120_000 }, async (name) => {
  const steps = readGuide(readFileSync(join(folder, name), 'utf8'));
  expect(steps.length).toBeGreaterThan(0);
  const written = await followGuide(steps, await mkdtemp(join(tarballs.folder, 'reader-')), packages);
  const programs = written.filter((file) => file.name.endsWith('.ts'));
  for (const folder of new Set(programs.map((file) => file.folder))) {
    // A folder with a configuration of its own has been checked by its own tests.
    if (existsSync(join(folder, 'tsconfig.json'))) continue;
    const names = programs.filter((file) => file.folder === folder).map((file) => file.name);
    await typeCheckAsUser(folder, [...new Set(names)]);
  }
});
