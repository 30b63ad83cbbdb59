import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPackage, readPackages } from '../workspace/packages.ts';
import { type Installation, packAndInstall } from './packed-packages.ts';
import { readReadme } from './readme-programs.ts';
import { typeCheckAsUser } from './type-check.ts';

// What a reader of a README gets who copies its programs into an empty folder.

const published = readPackages().filter(({ manifest }) => !manifest.private);
const readmes = published
  .map(({ folder, manifest: { name } }) => ({
    name,
    folder,
    ...readReadme(readFileSync(join(folder, 'README.md'), 'utf8')),
  }))
  .filter(({ programs }) => programs.length > 0);

/** What READMEs say to install beside our packages, in the versions that the packages are tested with. */
const others = Object.fromEntries(
  readmes.flatMap(({ folder, install }) =>
    install
      .filter((name) => !published.some(({ manifest }) => manifest.name === name))
      .map((name) => [name, readPackage(join(folder, 'node_modules', name)).manifest.version]),
  ),
);

/** What this test uses of the sandbox, which comes from its tarball, too. */
interface Sandbox {
  readonly urls: Readonly<Record<'openai' | 'ylokh' | 'flowgpt' | 'h2o', string>>;
  readonly requests: readonly { readonly answer?: string }[];
  reset(): void;
  close(): Promise<void>;
}

const openai = (urls: Sandbox['urls']): NodeJS.ProcessEnv => ({ BASE_URL: urls.openai, MODEL: 'sandbox' });

/** The READMEs that begin with a program that asks a question and ends, and where it finds its upstream. */
const upstreams: { readonly [name: string]: (urls: Sandbox['urls']) => NodeJS.ProcessEnv } = {
  '@sluice/core': openai,
  '@sluice/provider-openai-compatible': openai,
  '@sluice/provider-ylokh': ({ ylokh }) => ({ BASE_URL: ylokh }),
  '@sluice/provider-flowgpt': ({ flowgpt }) => ({ BASE_URL: flowgpt }),
  '@sluice/provider-h2o': ({ h2o }) => ({ BASE_URL: h2o }),
  '@sluice/registry': openai,
  '@sluice/ai-sdk': openai,
};

let installation: Installation;
let sandbox: Sandbox;

beforeAll(async () => {
  installation = await packAndInstall(published, others);
  for (const { name, programs } of readmes) {
    for (const [index, { code }] of programs.entries()) {
      await writeFile(join(installation.folder, fileOf(name, index)), code);
    }
  }
  const resolve = createRequire(join(installation.folder, 'user.js')).resolve;
  const { createSandbox } = (await import(pathToFileURL(resolve('@sluice/sandbox')).href)) as {
    createSandbox(options: { tokensPerSecond: number; answerTokens: number }): Promise<Sandbox>;
  };
  // Slow enough to see it stream: the whole answer takes a fifth of a second.
  sandbox = await createSandbox({ tokensPerSecond: 100, answerTokens: 20 });
});

afterAll(async () => {
  await sandbox?.close();
  await installation?.remove();
});

function fileOf(name: string, index: number): string {
  return `${name.replace('@', '').replace('/', '-')}-${index + 1}.ts`;
}

/** Runs a program as a user would, and gives what it printed, in the pieces in which it came. */
async function runProgram(file: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    cwd: installation.folder,
    env: { PATH: process.env.PATH, ...env },
  });
  const pieces: string[] = [];
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, pieces, stdout: pieces.join(''), stderr };
}

test('every program of every README is TypeScript without a mistake', async () => {
  const files = readmes.flatMap(({ name, programs }) => programs.map((_, index) => fileOf(name, index)));
  await typeCheckAsUser(installation.folder, files);
});

test.each(readmes)(
  'the README of $name says to install all that its programs import',
  ({ install, programs }) => {
    const imported = programs.flatMap(({ imports }) => imports);
    expect(imported.filter((name) => !install.includes(name))).toEqual([]);
  },
);

test.each(Object.entries(upstreams))(
  'the README of %s begins with ten lines that stream an answer',
  async (name, envOf) => {
    const [first] = readmes.find((readme) => readme.name === name)?.programs ?? [];
    const lines = first?.code.split('\n').filter((line) => line.trim() !== '') ?? [];
    expect(lines.length).toBeLessThanOrEqual(name.includes('/provider-') ? 12 : 15);
    sandbox.reset();
    const { exitCode, pieces, stdout, stderr } = await runProgram(fileOf(name, 0), envOf(sandbox.urls));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(sandbox.requests.find(({ answer }) => answer)?.answer);
    expect(pieces.length).toBeGreaterThan(1);
  },
);

test('the README of @sluice/sandbox begins with a program that ends well', async () => {
  const { exitCode, stdout, stderr } = await runProgram(fileOf('@sluice/sandbox', 0), {});
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain("phase: 'message', status: 200");
});
