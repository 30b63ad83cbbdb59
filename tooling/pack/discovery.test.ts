import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPackage, readPackages, repositoryRoot } from '../workspace/packages.ts';
import { type Installation, packAndInstall } from './packed-packages.ts';

// A provider that Sluice does not know, installed beside Sluice in an application that has nothing else.

const run = promisify(execFile);
const ours = ['@sluice/core', '@sluice/registry', '@sluice/provider-flowgpt'];
const foreign = readPackage(join(repositoryRoot, 'examples', 'provider-echo'));

let installation: Installation;

beforeAll(async () => {
  const packages = readPackages().filter(({ manifest }) => ours.includes(manifest.name));
  installation = await packAndInstall([...packages, foreign]);
});

afterAll(() => installation?.remove());

/** Runs a program in the application, which keeps a list of what is `imported`; what it gives to `tell` comes back. */
async function inApplication(program: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const code = `
    import { registerHooks } from 'node:module';
    const imported = [];
    registerHooks({ resolve: (specifier, context, next) => { imported.push(specifier); return next(specifier, context); } });
    const tell = (value) => process.stdout.write(JSON.stringify(value));
    const from = process.cwd();
    ${program}`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: installation.folder,
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout);
}

test('a provider from outside is listed with its manifest, and refused until the application allows it', async () => {
  const told = await inApplication(`
    const { discoverProviders } = await import('@sluice/registry/discovery');
    const { providers, diagnostics } = await discoverProviders({ from });
    const echo = providers.find(({ packageName }) => packageName === 'sluice-provider-echo');
    const loading = await echo.load({ baseURL: 'http://127.0.0.1:1' }).catch(({ message }) => message);
    const names = imported.filter((specifier) => specifier.includes('provider-'));
    tell({ listed: providers.map(({ packageName, status }) => [packageName, status]), diagnostics, echo, loading, names });
  `);
  expect(told).toMatchObject({
    listed: [
      ['@sluice/provider-flowgpt', 'available'],
      ['sluice-provider-echo', 'refused'],
    ],
    diagnostics: [],
    echo: {
      version: '1.2.3',
      manifest: (foreign.manifest as { sluice?: unknown }).sluice,
      reason: expect.stringContaining('allow: ["sluice-provider-echo"]'),
    },
    loading: expect.stringContaining('is installed, but not trusted'),
    names: [],
  });
});

test('allowed, it answers through a registry', async () => {
  const told = await inApplication(`
    const { discoverProviders } = await import('@sluice/registry/discovery');
    const { createRegistry } = await import('@sluice/registry');
    const { startEchoServer } = await import('sluice-provider-echo/server');
    const server = await startEchoServer();
    const { providers } = await discoverProviders({ from, allow: ['sluice-provider-echo'] });
    const echo = providers.find(({ packageName }) => packageName === 'sluice-provider-echo');
    const wrong = await echo.load({ baseUrl: server.url }).catch(({ message }) => message);
    const registry = createRegistry({ providers: [await echo.load({ baseURL: server.url })] });
    const stream = await registry.stream({ model: 'shout', messages: [{ role: 'user', content: 'well done' }] });
    const { text } = await stream.result();
    tell({ status: echo.status, wrong, text, target: stream.route.target });
    await registry.close();
    await server.close();
  `);
  expect(told).toEqual({
    status: 'available',
    wrong: expect.stringContaining(
      'options.baseURL: is missing; options.baseUrl: unknown option; did you mean baseURL?',
    ),
    text: 'WELL DONE',
    target: 'echo:loud',
  });
});

test('a configuration file names it twice, with keys from the environment, and both answer', async () => {
  const config = {
    allow: ['sluice-provider-echo'],
    providers: {
      east: { use: 'echo', options: { baseURL: 'http://127.0.0.1:1' }, apiKeyEnv: 'EAST_KEY' },
      west: { use: 'sluice-provider-echo', optionsEnv: { baseURL: 'WEST_URL' }, keysEnv: ['KEY_1', 'KEY_2'] },
    },
    routes: { any: { targets: ['east:plain', 'west:plain'], strategy: 'ordered' } },
  };
  await writeFile(join(installation.folder, 'sluice.config.json'), JSON.stringify(config));
  const told = await inApplication(
    `
    const { discoverProviders } = await import('@sluice/registry/discovery');
    const { createRegistry } = await import('@sluice/registry');
    const { loadConfig, buildRegistryConfig } = await import('@sluice/registry/config');
    const { startEchoServer } = await import('sluice-provider-echo/server');
    const server = await startEchoServer({ apiKey: 'right' });
    process.env.WEST_URL = server.url;
    const { config, directory } = await loadConfig({ cwd: from });
    const discovery = await discoverProviders({ from: directory, allow: config.allow });
    const { registry, diagnostics } = await buildRegistryConfig(config, discovery, process.env);
    const chat = createRegistry(registry);
    const stream = await chat.stream({ model: 'any', messages: [{ role: 'user', content: 'hello' }] });
    const { text } = await stream.result();
    tell({ diagnostics, text, attempts: stream.route.attempts.map(({ target, outcome }) => [target, outcome]) });
    await chat.close();
    await server.close();
  `,
    { EAST_KEY: 'any', KEY_1: 'right', KEY_2: 'right' },
  );
  expect(told).toMatchObject({ diagnostics: [], text: 'hello' });
  expect((told as { attempts: unknown[] }).attempts.at(-1)).toEqual(['west:plain', 'served']);
});

test('who only routes loads neither zod nor the finder of packages', async () => {
  const imported = (await inApplication(
    "await import('@sluice/registry'); tell(imported);",
  )) as readonly string[];
  expect(imported).toContain('@sluice/core');
  expect(imported.filter((specifier) => /^(zod|@cfworker|import-meta-resolve)/.test(specifier))).toEqual([]);
});
