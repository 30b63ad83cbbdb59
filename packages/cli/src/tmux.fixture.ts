import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installedProgram } from './installed-program.fixture.ts';

const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));
const run = promisify(execFile);

/** Whether there is a terminal to test in. */
export const tmux: ReturnType<typeof installedProgram> = installedProgram('tmux', '-V');

/** The real command in a real terminal, and somebody before it. */
export interface RealTerminal extends AsyncDisposable {
  /** What stands on the screen, without the spaces at the ends of lines. */
  screen(): Promise<string>;
  /** Resolves with the screen once it shows this. */
  shows(wanted: string | RegExp): Promise<string>;
  /** Types text as it is. */
  type(text: string): Promise<void>;
  /** Presses keys by their names in tmux: `Enter`, `C-c`, `Down`. */
  press(...keys: readonly string[]): Promise<void>;
}

export interface RealTerminalOptions {
  readonly cwd: string;
  readonly env?: { readonly [name: string]: string };
}

/** Longest wait for something on the screen. In milliseconds. */
const longestMs = 30_000;

/** How the end of the command is told on the screen, with its exit code. */
export const ended = (exitCode: number): string => `[ended with ${exitCode}]`;

/** Starts `sluice` with these arguments in a tmux server of its own, 160 columns by 30 rows. */
export async function realTerminal(
  args: readonly string[],
  { cwd, env = {} }: RealTerminalOptions,
): Promise<RealTerminal> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tmux-'));
  const socket = join(folder, 'socket');
  const tmuxCommand = async (...command: readonly string[]): Promise<string> => {
    const { stdout } = await run('tmux', ['-S', socket, '-f', '/dev/null', ...command]);
    return stdout;
  };
  // The shell stays until it was looked at: what the command printed last would be gone with it. Ctrl-C reaches it, too.
  const script = `trap : INT; "$@"; printf '[ended with %s]\\n' "$?"; exec sleep 600`;
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', bin, ...args];
  const variables = Object.entries({ LC_ALL: 'C.UTF-8', ...env }).map(([name, value]) => `${name}=${value}`);
  await tmuxCommand(
    ...['new-session', '-d', '-x', '160', '-y', '30', '-c', cwd],
    ...['env', '-u', 'CI', '-u', 'NO_COLOR', '-u', 'FORCE_COLOR', ...variables],
    ...['sh', '-c', script, 'sh', ...command],
  );
  // In control mode tmux tells of everything that is written to the screen.
  const control = spawn('tmux', ['-S', socket, '-C', 'attach'], { stdio: ['pipe', 'pipe', 'ignore'] });
  control.stdout.resume();
  const screen = async (): Promise<string> =>
    (await tmuxCommand('capture-pane', '-p')).replace(/ +$/gm, '').trimEnd();
  return {
    screen,
    async shows(wanted) {
      const giveUp = AbortSignal.timeout(longestMs);
      while (true) {
        // Listened for before it is looked at, so that no change is missed.
        const looked = new AbortController();
        const signal = AbortSignal.any([giveUp, looked.signal]);
        const changed = once(control.stdout, 'data', { signal }).catch(() => {});
        const text = await screen();
        if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) {
          looked.abort();
          return text;
        }
        await changed;
        if (giveUp.aborted) throw new Error(`the screen never showed ${wanted}, but:\n${text}`);
      }
    },
    type: async (text) => void (await tmuxCommand('send-keys', '-l', text)),
    press: async (...keys) => void (await tmuxCommand('send-keys', ...keys)),
    async [Symbol.asyncDispose]() {
      const gone = once(control, 'close');
      await tmuxCommand('kill-server').catch(() => {});
      control.stdin.end();
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
