import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));

/** The real command in a process of its own. */
export interface Spawned {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with how it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Resolves once stdout holds this text. */
  written(wanted: string): Promise<void>;
  /** The same for stderr. */
  complained(wanted: string): Promise<void>;
}

/** Where a command runs. */
export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The text of a module that is run instead of the command. */
  readonly program?: string;
}

export function spawnSluice(args: readonly string[], { env, cwd, program }: SpawnOptions = {}): Spawned {
  // The Node that runs the tests may be older than the one that strips types without a word: that word would be on stderr.
  const what = program === undefined ? [bin] : ['--input-type=module', '--eval', program];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...what, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    stdout: () => out,
    stderr: () => err,
    ended,
    written: (wanted) => said(child.stdout, () => out, wanted),
    complained: (wanted) => said(child.stderr, () => err, wanted),
  };

  async function said(stream: Readable, text: () => string, wanted: string): Promise<void> {
    while (!text().includes(wanted)) {
      const more = new Promise((resolve) => stream.once('data', resolve));
      const how = await Promise.race([more, ended.then(() => 'ended')]);
      if (how === 'ended' && !text().includes(wanted)) {
        throw new Error(`it ended without saying ${wanted}: ${out}${err}`);
      }
    }
  }
}
