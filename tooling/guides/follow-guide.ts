import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { matchOutput } from './match-output.ts';
import type { GuideStep } from './read-guide.ts';

/** Does what `npm install` and `npm create` would, with the packages of this repository. */
export interface Packages {
  /** Installs these into a folder, or what its package.json asks for, when there are none. */
  install(folder: string, names: readonly string[]): Promise<void>;
  /** The command behind `npm create sluice-provider`. */
  readonly creator: string;
  /** A folder of commands that count as installed on the machine. */
  readonly commands?: string;
}

/** A file that a guide says to write. */
export interface WrittenFile {
  /** Where the reader stood. */
  readonly folder: string;
  /** From there. */
  readonly name: string;
}

/** A terminal in which something goes on running. */
interface Running {
  readonly line: string;
  readonly child: ChildProcess;
  readonly output: Output;
  /** All that the guide has shown of it so far. */
  shown: string;
}

/** The longest wait for what a terminal shows. A guide that is right never takes it. */
const patienceMs = 60_000;

/**
 * Follows a guide word by word in an empty folder. Throws with the step, what was shown and what came, where something is not as the
 * guide says. Ports that the guide names after `--port` are replaced by free ones, so that it can be followed beside anything.
 *
 * Returns the files that were written, each with the folder in which the reader stood.
 */
export async function followGuide(
  steps: readonly GuideStep[],
  folder: string,
  packages: Packages,
): Promise<readonly WrittenFile[]> {
  const written: WrittenFile[] = [];
  const replacePorts = await freePorts(steps);
  const terminals = new Map<string, Running>();
  let cwd = folder;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NO_COLOR: '1',
    // What a guide forgets to install fails, as it does for its reader, and is not fetched.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    PATH: [packages.commands ?? [], dirname(process.execPath), process.env.PATH].flat().join(delimiter),
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
    // npm takes what stands before `--` for an argument as well.
    const created = /^npm create sluice-provider(?:@latest)?\b(.*)/.exec(line)?.[1];
    const actual = created === undefined ? line : `"${packages.creator}"${created.replace(/ --(?= |$)/, '')}`;
    const child = spawn('sh', ['-c', actual], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = outputOf(child);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (exitCode !== 0) throw new Error(`"${line}" ended with ${exitCode}:\n${output.text}`);
    return output.text;
  };

  const open = (name: string, line: string): void => {
    if (terminals.has(name))
      throw new Error(`the terminal "${name}" is busy, so nobody can type "${line}" there`);
    // A group of its own: what a shell starts ends with it.
    const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    terminals.set(name, { line, child, output: outputOf(child), shown: '' });
  };

  const waitFor = async (name: string, shown: string): Promise<void> => {
    const running = terminals.get(name);
    if (running === undefined) throw new Error(`nothing runs in a terminal "${name}"`);
    const { line, child, output } = running;
    running.shown += shown;
    const patience = AbortSignal.timeout(patienceMs);
    const gaveUp = once(patience, 'abort');
    const closed = once(child, 'close');
    for (;;) {
      const more = output.more();
      const missing = matchOutput(running.shown, output.text);
      if (missing === undefined) return;
      const ended = child.exitCode ?? child.signalCode;
      if (ended !== null || patience.aborted) {
        const end = ended === null ? 'goes on' : `ended with ${ended}`;
        throw new Error(`"${line}" ${end} without\n  ${missing}\nand showed:\n${output.text}`);
      }
      await Promise.race([more, closed, gaveUp]);
    }
  };

  try {
    for (const step of steps) {
      if (step.kind === 'file') {
        const file = join(cwd, step.name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, replacePorts(step.text));
        written.push({ folder: cwd, name: step.name });
        continue;
      }
      if (step.kind === 'wait') {
        await waitFor(step.terminal, replacePorts(step.output));
        continue;
      }
      const lines = step.lines.map(replacePorts);
      const shown = replacePorts(step.output ?? '');
      const last = step.terminal === undefined ? undefined : lines.at(-1);
      let text = '';
      for (const line of last === undefined ? lines : lines.slice(0, -1)) text += await runLine(line);
      if (step.terminal !== undefined && last !== undefined) {
        open(step.terminal, last);
        await waitFor(step.terminal, shown);
      } else {
        const missing = matchOutput(shown, text);
        if (missing !== undefined) {
          throw new Error(
            `after "${lines.join('; ')}" the guide shows\n  ${missing}\nand this came:\n${text}`,
          );
        }
      }
    }
    return written;
  } finally {
    await Promise.all([...terminals.values()].map(({ child }) => end(child)));
  }
}

/** What a process prints, both streams together, and a promise for more of it. */
interface Output {
  text: string;
  more(): Promise<void>;
}

function outputOf(child: ChildProcess): Output {
  let wake: () => void = () => {};
  const output: Output = {
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
  const texts = steps.flatMap((step) => (step.kind === 'run' ? step.lines : []));
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
