import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkArrows } from './check-arrows.ts';

const roots: string[] = [];

afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});

/** A repository of the packages named, with the files given, and what the check says about it, a line each. */
async function check(files: Record<string, string>): Promise<readonly string[]> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-arrows-'));
  roots.push(root);
  const rooms = [
    'core',
    'registry',
    'sandbox',
    'cli',
    'provider-h2o',
    'provider-ylokh',
    'provider-openai-compatible',
  ];
  const manifests = Object.fromEntries(
    rooms.map((room) => [`packages/${room}/package.json`, JSON.stringify({ name: `@sluice/${room}` })]),
  );
  for (const room of rooms) await mkdir(join(root, 'packages', room, 'src'), { recursive: true });
  for (const [path, text] of Object.entries({ ...manifests, ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return checkArrows(root).map(({ file, line, reason }) => `${file}:${line}: ${reason}`);
}

test('a forbidden import is reported with file, line and what to do', async () => {
  const source = "import { join } from 'node:path';\n\nexport { createH2o } from '@sluice/provider-h2o';\n";
  expect(await check({ 'packages/registry/src/routes.ts': source })).toEqual([
    'packages/registry/src/routes.ts:3: registry must not import provider-h2o, only core: the registry finds providers by their manifests and imports none.',
  ]);
});

test.each([
  ['a type import', "import type { ChatProvider } from '@sluice/core';"],
  ['an import of a subpath', "import { request } from '@sluice/core/http';"],
  ['an import when it runs', "const core = await import('@sluice/core');"],
  ['an import in a type', "type Provider = import('@sluice/core').ChatProvider;"],
  ['an export of everything', "export * from '@sluice/core';"],
])('%s crosses an arrow as well', async (_name, source) => {
  const violations = await check({ 'packages/sandbox/src/server.ts': source });
  expect(violations).toEqual([expect.stringContaining('server.ts:1: sandbox must not import core')]);
});

test('an example in a comment or a string is not an import', async () => {
  const source =
    "/** import { createH2o } from '@sluice/provider-h2o'; */\nexport const text = `import '@sluice/registry'`;\n";
  expect(await check({ 'packages/core/src/example.ts': source })).toEqual([]);
});

test('a provider imports core, Ylokh also the provider it presets, the cli everything', async () => {
  expect(
    await check({
      'packages/provider-h2o/src/index.ts': "import '@sluice/core';",
      'packages/provider-ylokh/src/index.ts':
        "import '@sluice/core';\nimport '@sluice/provider-openai-compatible';",
      'packages/cli/src/index.ts': "import '@sluice/sandbox';\nimport '@sluice/provider-h2o';",
    }),
  ).toEqual([]);
});

test('a test and its fixture may use the sandbox, a source of the same package may not', async () => {
  const source = "import { createSandbox } from '@sluice/sandbox';\n";
  const violations = await check({
    'packages/provider-h2o/src/h2o.test.ts': source,
    'packages/provider-h2o/src/server.fixture.ts': source,
    'packages/provider-h2o/src/h2o.ts': source,
  });
  expect(violations).toEqual([expect.stringContaining('h2o.ts:1: provider-h2o must not import sandbox')]);
});

test('a test of the AI SDK adapter may use a registry, the adapter may not', async () => {
  const source = "import { createRegistry } from '@sluice/registry';\n";
  const violations = await check({
    'packages/ai-sdk/package.json': JSON.stringify({ name: '@sluice/ai-sdk' }),
    'packages/ai-sdk/src/ai.test.ts': source,
    'packages/ai-sdk/src/index.ts': source,
  });
  expect(violations).toEqual([expect.stringContaining('index.ts:1: ai-sdk must not import registry')]);
});

test('only the HTTP folder of core imports undici', async () => {
  const violations = await check({
    'packages/core/src/http/client.ts': "import { Pool } from 'undici';",
    'packages/provider-h2o/src/h2o.ts': "import { fetch } from 'undici';",
  });
  expect(violations).toEqual([
    'packages/provider-h2o/src/h2o.ts:1: only packages/core/src/http may import undici: one HTTP client holds the pools, limits and timeouts; use @sluice/core/http.',
  ]);
});

test('no relative import leaves its package', async () => {
  const violations = await check({
    'packages/cli/src/deep/bin.ts':
      "import manifest from '../../package.json';\nimport '../../../core/src/errors.ts';",
  });
  expect(violations).toEqual([
    expect.stringContaining('bin.ts:2: "../../../core/src/errors.ts" leaves the package.'),
  ]);
});

test('a dependency in a manifest is an arrow too', async () => {
  const manifest = {
    name: '@sluice/provider-h2o',
    dependencies: { '@sluice/sandbox': 'workspace:^' },
    devDependencies: { '@sluice/sandbox': 'workspace:^' },
  };
  const violations = await check({ 'packages/provider-h2o/package.json': JSON.stringify(manifest, null, 2) });
  expect(violations).toEqual([
    expect.stringContaining('package.json:4: dependencies: provider-h2o must not import sandbox'),
  ]);
});

test('a package without a row in the table is told to get one', async () => {
  const violations = await check({
    'packages/weir/package.json': '{ "name": "@sluice/weir" }',
    'packages/weir/src/index.ts': "import '@sluice/core';",
  });
  expect(violations).toEqual([
    expect.stringContaining('weir has no row yet. Add it to tooling/arrows/arrows.ts'),
  ]);
});
