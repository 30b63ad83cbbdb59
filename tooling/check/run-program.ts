import { spawn } from 'node:child_process';

/** How a program ended. */
export interface ProgramEnd {
  readonly ok: boolean;
  /** What it wrote, when that was not shown while it ran. */
  readonly output: string;
}

/**
 * Runs a script under the Node that runs us. The program leads a process group of its own, so that aborting ends its
 * workers and servers with it, where the system has groups.
 */
export function runProgram(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly show: boolean;
    readonly signal: AbortSignal;
    readonly env: NodeJS.ProcessEnv;
  },
): Promise<ProgramEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
  const grouped = process.platform !== 'win32';
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
    detached: grouped,
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const end = (): void => {
    if (grouped && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    else child.kill();
  };
  options.signal.addEventListener('abort', end, { once: true });
  child.on('error', reject);
  child.on('close', (code) => {
    options.signal.removeEventListener('abort', end);
    resolve({ ok: code === 0, output: Buffer.concat(chunks).toString('utf8') });
  });
  return promise;
}
