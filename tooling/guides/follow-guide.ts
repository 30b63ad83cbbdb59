import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { matchOutput } from './match-output.ts';
import type { GuideStep } from './read-guide.ts';

/** Does what `npm install` and `npm create` would, with the packages of this repository. */
export interface Packages {
  /** Installs these into a folder, or what its package.json asks for, when there are none. */
  install(folder: string, names: readonly string[]): Promise<void>;
  /** The script behind `npm create sluice-provider`. */
  readonly creator: string;
}

/**
 * Follows a guide word by word in an empty folder. Throws with the step, what was shown and what came, where something is not as the
 * guide says. Ports that the guide names after `--port` are replaced by free ones, so that it can be followed beside anything.
 */
export async function followGuide(
  steps: readonly GuideStep[],
  folder: string,
  packages: Packages,
): Promise<void> {
  const replacePorts = await freePorts(steps);
  const terminals: ChildProcess[] = [];
  let cwd = folder;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NO_COLOR: '1',
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  };

  const runLine = async (line: string): Promise<string> => {
    const [command = '', verb, ...words] = line.split(/\s+/);
    if (command === 'cd') {
      cwd = join(cwd, verb ?? '.');
      return '';
    }
    if (command === 'npm' && (verb === 'install' || verb === 'i')) {
      await packages.install(
        cwd,
        words.filter((word) => !word.startsWith('-')),
      );
      return '';
    }
    const created = /^npm create sluice-provider(?:@latest)?(?: --)?/.exec(line)?.[0];
    const actual = created === undefined ? line : `node ${packages.creator}${line.slice(created.length)}`;
    const child = spawn('sh', ['-c', actual], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = outputOf(child);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (exitCode !== 0) throw new Error(`"${line}" ended with ${exitCode}:\n${output.text}`);
    return output.text;
  };

  const open = async (line: string, shown: string): Promise<void> => {
    // A group of its own: what a shell starts ends with it.
    const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    terminals.push(child);
    const output = outputOf(child);
    while (matchOutput(shown, output.text) !== undefined) {
      if (child.exitCode !== null) throw new Error(`"${line}" ended with ${child.exitCode}:\n${output.text}`);
      await Promise.race([output.more(), once(child, 'close')]);
      await setImmediate();
    }
  };

  try {
    for (const step of steps) {
      if (step.kind === 'file') {
        const file = join(cwd, step.name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, replacePorts(step.text));
        continue;
      }
      const lines = step.lines.map(replacePorts);
      const shown = replacePorts(step.output ?? '');
      const last = step.terminal === undefined ? undefined : lines.at(-1);
      let text = '';
      for (const line of last === undefined ? lines : lines.slice(0, -1)) text += await runLine(line);
      if (last !== undefined) await open(last, shown);
      else {
        const missing = matchOutput(shown, text);
        if (missing !== undefined) {
          throw new Error(
            `after "${lines.join('; ')}" the guide shows\n  ${missing}\nand this came:\n${text}`,
          );
        }
      }
    }
  } finally {
    await Promise.all(terminals.map(end));
  }
}

/** What a process prints, both streams together, and a promise for more of it. */
function outputOf(child: ChildProcess): { text: string; more(): Promise<void> } {
  let wake: () => void = () => {};
  const output = {
    text: '',
    more: (): Promise<void> =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      output.text += piece;
      wake();
    });
  }
  return output;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  process.kill(-child.pid, 'SIGTERM');
  await closed;
}

/** Replaces each port that a guide chooses by one that is free now. */
async function freePorts(steps: readonly GuideStep[]): Promise<(text: string) => string> {
  const texts = steps.flatMap((step) => (step.kind === 'run' ? step.lines : [step.text]));
  const chosen = texts.flatMap((text) => [...text.matchAll(/--port[ =](\d+)/g)].map(([, port = '']) => port));
  const ports = new Map<string, string>();
  for (const port of new Set(chosen)) ports.set(port, await freePort());
  return (text) => text.replace(/\b\d{4,5}\b/g, (number) => ports.get(number) ?? number);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  return String(address.port);
}
