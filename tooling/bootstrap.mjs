// Sets the repository up and runs one of its commands. It needs nothing but Node 20 and npm: the pinned pnpm comes
// through npx, the pinned Node is a development dependency, and both are fetched only when the install is not current.
//
//   node tooling/bootstrap.mjs start [prompt…]   the main job: a prompt goes in, an answer streams out
//   node tooling/bootstrap.mjs test [step…]      every check, or only the steps named
//   node tooling/bootstrap.mjs exec <bin> […]    any command of node_modules/.bin under the pinned Node
//   node tooling/bootstrap.mjs setup             the install alone
//
// SLUICE_NODE=system runs the command under the system's Node (22.19 or newer) instead of the pinned one.

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const binDir = join(root, 'node_modules', '.bin');
const stampFile = join(root, 'node_modules', '.sluice-install');
const pinnedNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
const oldestNode = { bootstrap: [20, 0], command: [22, 19] };
/** Tools that would report home or advertise themselves. */
const quiet = { DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1' };
const defaultPrompt = 'In two sentences: what is a sluice, and what does it do for a stream?';

/** What each command runs once the install is current: a script under the chosen Node, or a program from PATH. */
const commands = {
  start: (args) => ({
    script: ['packages/cli/src/bin.ts', 'chat', ...(args.length > 0 ? args : [defaultPrompt])],
  }),
  test: (args) => ({ script: ['tooling/check/main.ts', ...args] }),
  exec: (args) => ({ program: args }),
  setup: () => ({}),
};

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...args]) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command)
    return complain(`unknown command "${name}". Commands: ${Object.keys(commands).join(', ')}.`, 2);
  if (olderThan(process.versions.node, oldestNode.bootstrap)) {
    return complain(
      `Node ${process.versions.node} is too old to set the repository up. Install Node 20 or newer.`,
    );
  }
  const systemNode = process.env.SLUICE_NODE === 'system' ? findSystemNode() : undefined;
  if (systemNode && olderThan(systemNode.version, oldestNode.command)) {
    return complain(
      `SLUICE_NODE=system needs Node 22.19 or newer, and ${systemNode.path} is ${systemNode.version}.`,
    );
  }
  const installed = await install();
  const { script, program } = command(args);
  if (installed !== 0 || (!script && !program?.length)) return installed;

  const node = systemNode?.path ?? pinnedNode;
  const path = [...(systemNode ? [dirname(node)] : []), binDir, process.env.PATH ?? ''].join(delimiter);
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...quiet, PATH: path } };
  if (script) return run(node, script, options);
  const [file, ...rest] = program;
  return run(file, rest, { ...options, shell: windows });
}

/** Brings node_modules to what the lockfile says, unless it already is. Resolves with an exit code. */
async function install() {
  const wanted = fingerprint();
  if (existsSync(pinnedNode) && readIfThere(stampFile) === wanted) return 0;

  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  process.stderr.write(
    `sluice: setting up: ${packageManager}, the pinned Node and the packages of the lockfile\n`,
  );
  const output = [];
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile', '--yes', '--reporter=append-only'];
  const code = await run('npx', args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // npx is npx.cmd on Windows, which only a shell starts. The arguments are constants, so nothing needs quoting.
    shell: windows,
    onOutput: (chunk) => output.push(chunk),
  });
  if (code !== 0) {
    process.stderr.write(Buffer.concat(output));
    return complain(
      `the set-up failed with exit code ${code}. If a package.json changed, run: npx ${packageManager} install`,
      code,
    );
  }
  writeFileSync(stampFile, fingerprint());
  return 0;
}

/** Changes whenever an install could have another result. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()]) {
    hash
      .update(`${file}\n`)
      .update(readFileSync(join(root, file)))
      .update('\n');
  }
  return hash.digest('hex');
}

/** Every package.json of the repository, at most two folders deep, as the workspace globs are. */
function manifests(folder = root, depth = 0) {
  const found = existsSync(join(folder, 'package.json'))
    ? [relative(root, join(folder, 'package.json'))]
    : [];
  if (depth === 2) return found;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
    found.push(...manifests(join(folder, entry.name), depth + 1));
  }
  return found.sort();
}

/**
 * Runs a program to its end and resolves with its exit code; 128 plus the number when a signal ended it.
 * A signal that reaches us is passed on, save an interrupt typed at a terminal: that already reached the program
 * itself, and a second one would read as "stop at once" where the first asked to end the answer.
 * When npm is told to terminate, it ends the shell between us and not us: a lost parent counts as a signal, too.
 */
function run(file, args, { onOutput, ...options }) {
  return new Promise((resolve) => {
    const child = spawn(file, args, options);
    const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const forwarders = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const forward = () => {
        if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
      };
      process.on(signal, forward);
      return () => process.off(signal, forward);
    });
    const shell = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event && process.ppid !== shell) child.kill('SIGTERM');
    }, 100);
    const end = (code) => {
      for (const stop of forwarders) stop();
      clearInterval(watch);
      resolve(code);
    };
    if (onOutput) {
      child.stdout?.on('data', onOutput);
      child.stderr?.on('data', onOutput);
    }
    child.on('error', (error) => end(complain(`${file} could not be started: ${error.message}`, 127)));
    child.on('close', (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/**
 * The Node that runs npm. It need not be the one that runs us: npm puts node_modules/.bin first on the PATH of its
 * scripts, and once the install is there, its `node` is the pinned one.
 */
function findSystemNode() {
  const path = process.env.npm_node_execpath ?? process.execPath;
  return { path, version: execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim() };
}

function olderThan(version, [major, minor]) {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  return itsMajor < major || (itsMajor === major && itsMinor < minor);
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function complain(sentence, code = 1) {
  process.stderr.write(`sluice: ${sentence}\n`);
  return code;
}
