import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// A repository with nothing but the bootstrap, and an `npx` that "installs" by linking the Node that runs the tests.
const npx = `#!/bin/sh
echo "$@" >> npx-calls
if [ -f npx-fails ]; then echo "no such version" >&2; exit 3; fi
mkdir -p node_modules/node/bin && ln -sf "${process.execPath}" node_modules/node/bin/node
`;
const answer = "console.log('answer to', ...process.argv.slice(2));\nprocess.exitCode = 7;\n";
const waitForSignal = `
process.on('SIGTERM', () => {
  console.log('closed the stream');
  process.exit(5);
});
console.log('ready');
setInterval(() => {}, 1000);
`;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-bootstrap-'));
  const files = {
    'package.json': '{ "type": "module", "packageManager": "pnpm@12.0.0" }',
    'pnpm-lock.yaml': 'lockfileVersion: 9',
    'pnpm-workspace.yaml': 'packages: []',
    'packages/core/package.json': '{ "name": "core" }',
    'packages/cli/src/bin.ts': answer,
    'bin/npx': npx,
  };
  for (const folder of ['tooling', 'packages/core', 'packages/cli/src', 'bin']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  await chmod(join(root, 'bin/npx'), 0o755);
  await cp(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'tooling/bootstrap.mjs'));
});

afterEach(() => rm(root, { recursive: true }));

const environment = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  SLUICE_NODE: '',
  PATH: join(root, 'bin') + delimiter + process.env.PATH,
  ...changes,
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function bootstrap(args: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<Run>();
  const options = { cwd: root, env: environment(changes) };
  execFile(process.execPath, ['tooling/bootstrap.mjs', ...args], options, (error, stdout, stderr) =>
    resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
  );
  return promise;
}

/** Starts a command that waits for a signal, and resolves once it does. */
async function startWaiting(
  file: string,
  args: readonly string[],
  changes: NodeJS.ProcessEnv = {},
): Promise<{ child: ChildProcess; output: () => string }> {
  await writeFile(join(root, 'packages/cli/src/bin.ts'), waitForSignal);
  const child = spawn(file, args, {
    cwd: root,
    env: environment(changes),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child.stdout, 'data');
  return { child, output: () => output };
}

/** A Node that tells its version as told and marks what it runs. */
async function fakeNode(version: string): Promise<string> {
  const path = join(root, 'bin/system-node');
  const script = `#!/bin/sh\nif [ "$1" = -p ]; then echo ${version}; else WATER=cold exec "${process.execPath}" "$@"; fi\n`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

const installs = async (): Promise<number> =>
  (await readFile(join(root, 'npx-calls'), 'utf8')).trim().split('\n').length;

test('a fresh clone is set up with one line on stderr, and the answer comes alone on stdout', async () => {
  const { code, stdout, stderr } = await bootstrap(['start', 'my prompt']);
  expect(stdout).toBe('answer to chat my prompt\n');
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('setting up: pnpm@12.0.0')]);
  expect(code).toBe(7);
  expect(await readFile(join(root, 'npx-calls'), 'utf8')).toContain('pnpm@12.0.0 install --frozen-lockfile');
});

test('without a prompt a question is asked anyway', async () => {
  expect((await bootstrap(['start'])).stdout).toMatch(/^answer to chat \w.*\?\n$/);
});

test('a second run installs nothing and says nothing', async () => {
  await bootstrap(['start']);
  expect((await bootstrap(['start'])).stderr).toBe('');
  expect(await installs()).toBe(1);
});

test.each(['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/core/package.json'])(
  'a change of %s is installed on the next run',
  async (file) => {
    await bootstrap(['start']);
    await writeFile(join(root, file), '{ "name": "other" }');
    await bootstrap(['start']);
    expect(await installs()).toBe(2);
  },
);

test('a failed set-up shows what the installer said, starts nothing, and is tried again', async () => {
  await writeFile(join(root, 'npx-fails'), '');
  const { code, stdout, stderr } = await bootstrap(['start']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('no such version');
  expect(stderr).toContain('run: npx pnpm@12.0.0 install');
  await rm(join(root, 'npx-fails'));
  expect((await bootstrap(['start'])).code).toBe(7);
});

test('SLUICE_NODE=system runs the command under the Node that runs npm', async () => {
  await writeFile(join(root, 'packages/cli/src/bin.ts'), 'console.log(process.env.WATER);\n');
  const changes = { SLUICE_NODE: 'system', npm_node_execpath: await fakeNode('22.19.0') };
  expect(await bootstrap(['start'], changes)).toMatchObject({ code: 0, stdout: 'cold\n' });
});

test('SLUICE_NODE=system refuses a Node that the packages do not support', async () => {
  const changes = { SLUICE_NODE: 'system', npm_node_execpath: await fakeNode('22.18.1') };
  const { code, stderr } = await bootstrap(['start'], changes);
  expect(stderr).toMatch(/needs Node 22\.19 or newer, and .*system-node is 22\.18\.1\.\n$/);
  expect(code).toBe(1);
});

test('an unknown command lists the known ones', async () => {
  const { code, stderr } = await bootstrap(['serve']);
  expect(stderr).toContain('unknown command "serve". Commands: start, test, exec, setup.');
  expect(code).toBe(2);
});

test('a signal reaches the command, whose exit code comes back', async () => {
  const { child, output } = await startWaiting(process.execPath, ['tooling/bootstrap.mjs', 'start']);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([5, null]);
  expect(output()).toBe('ready\nclosed the stream\n');
});

test('the command ends when npm ended the shell that runs it', async () => {
  const script = `"${process.execPath}" tooling/bootstrap.mjs start; true`;
  const { child, output } = await startWaiting('sh', ['-c', script], { npm_lifecycle_event: 'start' });
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(output()).toBe('ready\nclosed the stream\n');
});
