import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataEntriesOf, entriesOf, readPackages } from '../workspace/packages.ts';
import { type Installation, type PackedPackage, packAndInstall } from './packed-packages.ts';
import { typeCheckAsUser } from './type-check.ts';

const published = readPackages().filter(({ manifest }) => !manifest.private);
const run = promisify(execFile);

let installation: Installation;

beforeAll(async () => {
  installation = await packAndInstall(published);
});

afterAll(() => installation?.remove());

/** The names under which users import a package: `@sluice/core`, `@sluice/core/http`. */
function specifiersOf(name: string): readonly string[] {
  const entries = entriesOf(
    published.find(({ manifest }) => manifest.name === name)?.manifest ?? { name, version: '' },
  );
  return entries.flatMap(({ subpath }) => (subpath === undefined ? [] : [join(name, subpath)]));
}

function packed(name: string): PackedPackage {
  const found = installation.packed.get(name);
  if (!found) throw new Error(`${name} was not packed`);
  return found;
}

/** Runs a program of one line in the folder of a user who has the tarballs installed, and gives what it printed. */
async function asUser(code: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: installation.folder,
  });
  return stdout.trim();
}

describe.each(published.map(({ manifest }) => manifest.name))('%s', (name) => {
  test('its tarball holds the built files, README, LICENSE and package.json, and nothing else', () => {
    const { files } = packed(name);
    const { manifest } = published.find((each) => each.manifest.name === name) ?? {};
    const data = manifest ? dataEntriesOf(manifest).map(({ file }) => file.slice('./'.length)) : [];
    // What a package writes for its users is data, whatever it looks like; its own test looks into it.
    const own = files.filter((file) => !file.startsWith('templates/'));
    expect(own.filter((file) => !/^dist\/.+\.(js|d\.ts)$/.test(file))).toEqual(
      ['LICENSE', 'README.md', ...data, 'package.json'].sort(),
    );
    expect(own.filter((file) => file.includes('.test.'))).toEqual([]);
  });

  test('its manifest asks for versions that a registry has', () => {
    const { dependencies, peerDependencies } = packed(name).manifest;
    const ranges = Object.values({ ...dependencies, ...peerDependencies });
    expect(ranges.filter((range) => !/^[\^~]?\d/.test(range))).toEqual([]);
  });

  test('publint finds nothing to mend', async () => {
    const tarball = await readFile(packed(name).tarball);
    const { messages, pkg } = await publint({
      pack: { tarball: new Uint8Array(tarball).buffer },
      strict: true,
    });
    const told = messages.map((message) => formatMessage(message, pkg));
    // What a package writes for its users has manifests of its own.
    expect(told.filter((line) => !line?.startsWith('./templates/'))).toEqual([]);
  });

  test('its types are right for ESM users and bundlers', async () => {
    const result = await checkPackage(createPackageFromTarballData(await readFile(packed(name).tarball)));
    if (!result.types) throw new Error(`${name} has no types`);
    // The packages are ESM only: what node10 and CommonJS users see is not promised.
    const promised = result.problems.filter(
      (problem) =>
        !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
    );
    expect(promised).toEqual([]);
  });

  test.each(specifiersOf(name))('%s can be imported and required', async (specifier) => {
    const code = `
      import { createRequire } from 'node:module';
      const imported = Object.keys(await import('${specifier}'));
      const required = Object.keys(createRequire(import.meta.filename ?? process.cwd() + '/user.js')('${specifier}'));
      console.log(JSON.stringify({ imported, required: required.filter((key) => key !== '__esModule') }));
    `;
    const { imported, required } = JSON.parse(await asUser(code)) as {
      imported: string[];
      required: string[];
    };
    expect(imported.length).toBeGreaterThan(0);
    expect(required.sort()).toEqual(imported.sort());
  });

  test.each(Object.keys(published.find(({ manifest }) => manifest.name === name)?.manifest.bin ?? {}))(
    'its command %s shows its help',
    async (command) => {
      const bin = join(installation.folder, 'node_modules', '.bin', command);
      const { stdout } = await run(bin, ['--help'], {
        cwd: installation.folder,
        shell: process.platform === 'win32',
      });
      expect(stdout).toContain(command);
    },
  );
});

test('a strict TypeScript program can import every package, declarations checked', async () => {
  const specifiers = published.flatMap(({ manifest }) => specifiersOf(manifest.name));
  const source = specifiers
    .map((specifier, index) => `export * as room${index} from '${specifier}';`)
    .join('\n');
  await writeFile(join(installation.folder, 'user.ts'), source);
  await typeCheckAsUser(installation.folder, ['user.ts']);
});
