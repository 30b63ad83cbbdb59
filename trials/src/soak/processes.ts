import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the gateway's process holds. */
export interface Holding {
  readonly rss: number;
  readonly heapUsed: number;
  readonly arrayBuffers: number;
  /** Sockets, timers and the like, by kind. */
  readonly resources: { readonly [kind: string]: number };
  /** Open files and sockets; known on Linux. */
  readonly files?: number;
}

/** What is still open upstream. */
export interface UpstreamFigures {
  readonly conversations: number;
  readonly generations: number;
  readonly openStreams: number;
  readonly openSockets: number;
  /** Faults that were switched on. */
  readonly struck: number;
}

/** The sandbox in a process of its own. */
export interface UpstreamProcess {
  readonly urls: { readonly [name: string]: string };
  tell(what: 'flap' | 'calm'): void;
  figures(): Promise<UpstreamFigures>;
  end(): void;
}

export async function startUpstream(seed: number): Promise<UpstreamProcess> {
  const child = fork(new URL('upstream-process.ts', import.meta.url), [String(seed)]);
  const urls = await answered<UpstreamProcess['urls']>(child);
  return {
    urls,
    tell: (what) => void child.send(what),
    figures: () => answered(child, 'figures'),
    end: () => child.disconnect(),
  };
}

/** `sluice serve` as an operator starts it. */
export interface GatewayProcess {
  readonly url: string;
  holding(): Promise<Holding>;
  /** What it wrote to stderr: nothing, if all is well. */
  complaints(): string;
  readonly hasEnded: boolean;
  /** SIGTERM; resolves with the exit code, or the signal that killed it. */
  end(): Promise<number | string>;
}

const command = fileURLToPath(new URL('../../../packages/cli/src/bin.ts', import.meta.url));
const probe = new URL('gateway-probe.ts', import.meta.url).href;

export async function startGatewayProcess(config: object): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-soak-'));
  const file = join(folder, 'sluice.config.json');
  await writeFile(file, JSON.stringify(config));
  const child = fork(command, ['serve', '--port', '0', '--json', '--log', 'off', '--config', file], {
    cwd: folder,
    execArgv: ['--expose-gc', '--import', probe],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-20_000);
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  const url = await listening(child, () => complaints);
  return {
    url,
    holding: () => answered(child, 'look'),
    complaints: () => complaints,
    get hasEnded() {
      return hasEnded;
    },
    async end() {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      await rm(folder, { recursive: true });
      return code ?? signal ?? 'unknown';
    },
  };
}

function listening(child: ChildProcess, complaints: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let told = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (told.length < 100_000) told += text;
    const url = /"type":"listening".*?"url":"([^"]+)"/.exec(told)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.once('exit', (code) => reject(new Error(`sluice serve ended with ${code}: ${complaints()}`)));
  return promise;
}

async function answered<Answer>(child: ChildProcess, question?: string): Promise<Answer> {
  const answer = once(child, 'message') as Promise<[Answer]>;
  if (question !== undefined) child.send(question);
  return (await answer)[0];
}
