import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Question } from './serve.ts';

/** A process of the benchmark. */
export interface Process {
  /** Asks for a duty and waits. Throws what it answers as a failure, or that it has ended. */
  ask<Value>(duty: string, argument?: unknown): Promise<Value>;
  /** Hangs up and waits for its end. */
  stop(): Promise<void>;
}

/** How a process is started. */
export interface Start {
  /** Its main file. */
  readonly file: URL;
  readonly args?: readonly string[];
  /** For Node itself: profiles are taken with these. */
  readonly nodeArgs?: readonly string[];
}

/** Proxies and options of whoever measures would be measured with the rest. */
const unwanted = /^(?:https?_proxy|all_proxy|no_proxy|node_options|debug)$/i;

/** Starts a process that serves duties. What it prints is only shown if it fails. */
export function startProcess({ file, args = [], nodeArgs = [] }: Start): Process {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));
  const child = fork(fileURLToPath(file), args, {
    execArgv: ['--disable-warning=ExperimentalWarning', ...nodeArgs],
    env: { ...env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString('utf8')).slice(-4_000);
    });
  }
  const ended = once(child, 'exit');
  return {
    async ask<Value>(duty: string, argument?: unknown): Promise<Value> {
      const question: Question = { duty, argument };
      const answered = new Promise<Answer>((resolve, reject) => {
        const onMessage = (answer: unknown): void => {
          child.off('exit', onExit);
          resolve(answer as Answer);
        };
        const onExit = (code: number | null): void => {
          child.off('message', onMessage);
          reject(new Error(`${file.pathname} ${args.join(' ')} ended with ${code}:\n${printed}`));
        };
        child.once('message', onMessage);
        child.once('exit', onExit);
      });
      child.send(question);
      const answer = await answered;
      if ('failure' in answer) throw new Error(`${args.join(' ')}: ${answer.failure}\n${printed}`);
      return answer.value as Value;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
