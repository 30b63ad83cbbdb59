import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
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
}

export function spawnSluice(args: readonly string[], env: NodeJS.ProcessEnv = {}): Spawned {
  // The Node that runs the tests may be older than the one that strips types without a word: that word would be on stderr.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', bin, ...args], {
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
    async written(wanted) {
      while (!out.includes(wanted)) {
        const more = new Promise((resolve) => child.stdout.once('data', resolve));
        const how = await Promise.race([more, ended.then(() => 'ended')]);
        if (how === 'ended' && !out.includes(wanted)) throw new Error(`it ended without saying so: ${err}`);
      }
    },
  };
}
