// Prints what each package weighs, and fails where one weighs more than it may.

import { readPackages, type WorkspacePackage } from '../workspace/packages.ts';
import { limitOf, mostInstalledBytes } from './limits.ts';
import { installedBytes, scriptSizes } from './measure.ts';

const packages = readPackages().filter(({ manifest }) => !manifest.private);
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
const problems: string[] = [];
const line = (name: string, ...cells: readonly string[]): void => {
  process.stdout.write(`${name.padEnd(32)}${cells.join('')}\n`);
};

line(
  'JavaScript',
  'published'.padStart(10),
  'minified'.padStart(10),
  'gzip'.padStart(10),
  'limit'.padStart(10),
);
for (const each of packages) {
  const { scriptBytes } = limitOf(each.room);
  for (const { name, published, minified, compressed } of await scriptSizes(each)) {
    line(name, kB(published), kB(minified), kB(compressed), kB(scriptBytes));
    if (minified > scriptBytes) {
      problems.push(
        `${name} loads ${kB(minified).trim()} of our JavaScript, minified; at most ${kB(scriptBytes).trim()}`,
      );
    }
  }
}

const named = (room: string): readonly WorkspacePackage[] => packages.filter((each) => each.room === room);
process.stdout.write('\n');
for (const { room } of packages.filter((each) => each.room.startsWith('provider-'))) {
  // A preset stands on another provider, which is installed with it.
  const bases = named(room).flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  const together = packages.filter(
    (each) => each.room === 'core' || each.room === room || bases.includes(each.manifest.name),
  );
  const bytes = installedBytes(together);
  line(`installed: core and ${room}`, kB(bytes), ''.padEnd(20), kB(mostInstalledBytes));
  if (bytes > mostInstalledBytes) problems.push(`core and ${room} install ${kB(bytes).trim()}`);
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
