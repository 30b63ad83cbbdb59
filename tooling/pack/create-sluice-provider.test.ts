import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBlocks } from '../guides/read-guide.ts';
import { readPackages, repositoryRoot } from '../workspace/packages.ts';
import { type Installation, packAndInstall } from './packed-packages.ts';
import { typeCheckAsUser } from './type-check.ts';

// What someone gets who runs `npm create sluice-provider` in an empty folder: everything of ours comes from the tarballs.

/** One package for each protocol, with a key and without. */
const cases = [
  { protocol: 'sse', name: 'sluice-provider-weather', id: 'weather', flag: '--key' },
  { protocol: 'json-lines', name: '@example/sluice-provider-tide', id: 'tide', flag: '--no-key' },
  { protocol: 'multi-step', name: 'sluice-provider-lock-keeper', id: 'lock-keeper', flag: '--key' },
] as const;

let installation: Installation;
let root: string;
let application: string;

const folderOf = (name: string): string => join(root, name.replace(/^@[^/]*\//, ''));

beforeAll(async () => {
  installation = await packAndInstall(readPackages().filter(({ manifest }) => !manifest.private));
  root = join(installation.folder, '..', 'empty');
  application = join(root, 'application');
  await mkdir(root);
  const bin = join(installation.folder, 'node_modules', '.bin', 'create-sluice-provider');
  for (const { protocol, name, flag } of cases) {
    await command(bin, ['--name', name, '--protocol', protocol, flag, '--yes'], root);
  }
  await writeApplication();
  // One install for all of them: it links each package to what it declares, as an install of its own would.
  const tarballs = [...installation.packed].map(([name, { tarball }]) => [name, `file:${tarball}`]);
  const workspace = {
    packages: ['*'],
    overrides: Object.fromEntries(tarballs),
    strictPeerDependencies: true,
  };
  await writeFile(join(root, 'pnpm-workspace.yaml'), JSON.stringify(workspace));
  await pnpm(['install', '--prefer-offline', '--ignore-scripts'], root);
}, 120_000);

afterAll(() => installation?.remove());

/** An application that has all three and the command. */
async function writeApplication(): Promise<void> {
  await mkdir(application);
  const dependencies = Object.fromEntries(cases.map(({ name }) => [name, 'workspace:*']));
  const providers = cases.map(({ id, flag }) => [
    id,
    { optionsEnv: { baseURL: 'URL' }, ...(flag === '--key' ? { apiKeyEnv: 'KEY' } : {}) },
  ]);
  const files = {
    'package.json': {
      name: 'application',
      private: true,
      type: 'module',
      dependencies: { ...dependencies, '@sluice/cli': '*' },
    },
    'sluice.config.json': {
      allow: cases.map(({ name }) => name),
      providers: Object.fromEntries(providers),
    },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(application, name), JSON.stringify(content));
  }
}

/** Runs a command under the Node that runs this, and gives what it printed. */
async function command(
  file: string,
  args: readonly string[],
  cwd: string,
  more: NodeJS.ProcessEnv = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const nodeFirst = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: nodeFirst, NO_COLOR: '1', ...more };
  try {
    return await promisify(execFile)(file, args, { cwd, env, shell: process.platform === 'win32' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(' ')} failed in ${cwd}:\n${stdout ?? ''}${stderr ?? String(error)}`);
  }
}

const pnpm = (args: readonly string[], cwd: string): ReturnType<typeof command> =>
  command(join(repositoryRoot, 'node_modules', '.bin', 'pnpm'), args, cwd);

let built: Promise<unknown> | undefined;

/** What publishing would do first. */
function buildAll(): Promise<unknown> {
  built ??= pnpm(['--recursive', 'run', 'build'], root);
  return built;
}

describe.each(cases)('a new package for $protocol', ({ name, id }) => {
  test('asks for versions that a registry has', async () => {
    const text = await readFile(join(folderOf(name), 'package.json'), 'utf8');
    const { peerDependencies, devDependencies } = JSON.parse(text);
    const ranges = Object.values<string>({ ...peerDependencies, ...devDependencies });
    expect(ranges.length).toBeGreaterThan(5);
    expect(ranges.filter((range) => !/^[\^~]?\d/.test(range))).toEqual([]);
  });

  test('is green at once: its types, every rule of the contract, its own tests', async () => {
    const { stdout } = await pnpm(['test'], folderOf(name));
    expect(Number(/^ℹ pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(120);
    expect(stdout).toMatch(/^ℹ fail 0$/m);
  });

  test('packs what its users need, and nothing else', async () => {
    const { stdout } = await pnpm(['pack', '--json'], folderOf(name));
    const { files } = JSON.parse(stdout.slice(stdout.search(/^\{$/m))) as {
      files: readonly { path: string }[];
    };
    const paths = files.map(({ path }) => path).sort();
    const others = paths.filter((path) => !/^dist\/[^.]+\.(?:js|d\.ts)$/.test(path));
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(paths).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts']));
  });

  test('answers through `sluice chat` by npm start', async () => {
    const { stdout, stderr } = await pnpm(['start', 'Hello there'], folderOf(name));
    expect(stdout).toMatch(/^You said: Hello there$/m);
    expect(stderr).toContain(`${id}:small answered`);
  });
});

test("the program in each package's README is right TypeScript, and its configuration what the schema takes", async () => {
  await buildAll();
  const resolve = createRequire(join(installation.folder, 'user.js')).resolve;
  const { checkConfig } = (await import(pathToFileURL(resolve('@sluice/registry/config')).href)) as {
    checkConfig(config: unknown): unknown;
  };
  const programs: string[] = [];
  for (const { name, id } of cases) {
    const blocks = readBlocks(await readFile(join(folderOf(name), 'README.md'), 'utf8'));
    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'ts', 'json']);
    const [, program, config] = blocks.map(({ text }) => text);
    await writeFile(join(application, `${id}.ts`), program ?? '');
    programs.push(`${id}.ts`);
    expect(checkConfig(JSON.parse(config ?? ''))).toMatchObject({ allow: [name] });
  }
  await typeCheckAsUser(application, programs);
});

test('an application finds all of them by their manifests, and each answers there', async () => {
  await buildAll();
  const sluice = join(application, 'node_modules', '.bin', 'sluice');
  for (const { name, id, flag } of cases) {
    const { startServer } = (await import(pathToFileURL(join(folderOf(name), 'demo', 'server.ts')).href)) as {
      startServer(options: object): Promise<{ readonly url: string; close(): Promise<void> }>;
    };
    const server = await startServer({ apiKey: flag === '--key' ? 'right' : undefined });
    try {
      const env = { URL: server.url, KEY: 'right' };
      const { stdout, stderr } = await command(
        sluice,
        ['chat', '-m', `${id}:large`, 'Hello'],
        application,
        env,
      );
      expect(stdout).toBe('You said: Hello\n');
      expect(stderr).toContain(`${id}:large answered`);
    } finally {
      await server.close();
    }
  }
});
