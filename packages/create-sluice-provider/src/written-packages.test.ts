import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkManifest } from '@sluice/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answers, defaults, type Protocol, protocols } from './answers.ts';
import { createProviderPackage } from './create-provider-package.ts';

// What the packages look like, for names of every length. That their tests pass is tested from the packed tarballs.

const ids = ['a', 'acme', 'zebra-chat', 'open-service', 'w'.repeat(24)];
const baseURLs = ['http://127.0.0.1:8080', `https://chat.example.com/${'long/'.repeat(9)}v1/`];

let root: string;

const packages: readonly Answers[] = (Object.keys(protocols) as Protocol[]).flatMap((protocol) =>
  ids.flatMap((id) =>
    [true, false].map((needsKey, index) => ({
      packageName: `${index === 0 ? '' : '@acme/'}sluice-provider-${id}`,
      id,
      title: defaults.title(id),
      protocol,
      baseURL: baseURLs[index] as string,
      needsKey,
    })),
  ),
);

const folderOf = ({ protocol, id, needsKey }: Answers): string =>
  join(root, `${protocol}-${id}-${needsKey ? 'key' : 'no-key'}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-create-'));
  for (const answers of packages) await createProviderPackage(folderOf(answers), answers, { year: 2026 });
});

afterAll(() => rm(root, { recursive: true, force: true }));

test('no name of the template is left', async () => {
  for (const answers of packages.filter(({ id }) => id !== 'acme')) {
    const folder = folderOf(answers);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((each) => each.isFile())) {
      const path = join(file.parentPath, file.name);
      expect(path.slice(root.length)).not.toMatch(/acme/i);
      const text = (await readFile(path, 'utf8')).replaceAll(answers.packageName, '');
      expect(text, path).not.toMatch(/acme|key:(?:begin|end)|no-key|one-shot:|multi-step:|\bYEAR\b/i);
    }
  }
});

test('they are formatted and linted as this repository is, whatever the names', async () => {
  const repository = join(import.meta.dirname, '..', '..', '..');
  const biome = join(
    dirname(createRequire(join(repository, 'package.json')).resolve('@biomejs/biome/package.json')),
    'bin',
    'biome',
  );
  const args = [
    biome,
    'check',
    '--config-path',
    join(repository, 'biome.json'),
    '--vcs-enabled=false',
    '--colors=off',
    root,
  ];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  expect(`${stdout}${stderr}`).toMatch(/Checked \d{3,} files in \S+ No fixes applied\.\s*$/);
  // A process of its own.
}, 30_000);

test('the manifests are right, and ask for a key where one is needed', async () => {
  for (const answers of packages) {
    const { sluice } = JSON.parse(await readFile(join(folderOf(answers), 'package.json'), 'utf8'));
    expect(checkManifest(sluice)).toEqual([]);
    expect(sluice).toMatchObject({ id: answers.id, title: answers.title, needsAuth: answers.needsKey });
    expect(sluice.options.required).toEqual(answers.needsKey ? ['apiKey'] : undefined);
    expect(sluice.options.properties.baseURL.default).toBe(answers.baseURL);
  }
});
