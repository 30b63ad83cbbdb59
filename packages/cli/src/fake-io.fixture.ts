import { tmpdir } from 'node:os';
import { PassThrough, Writable } from 'node:stream';
import type { EndSignal, Io, OutputStream } from './terminal/io.ts';

/** A stream that keeps what was written and can be waited for. */
export class Sink extends Writable implements OutputStream {
  readonly isTTY: boolean;
  readonly columns = 100;
  text = '';
  readonly #fails: Error | undefined;
  #seen = 0;
  #waiting: (() => void)[] = [];

  constructor(isTTY: boolean, fails?: Error) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.#fails = fails;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.#fails) {
      done(this.#fails);
      return;
    }
    this.text += chunk.toString();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
    done();
  }

  /** Resolves once this text was written. */
  written(wanted: string): Promise<void> {
    return this.#from(0, wanted).then(() => {});
  }

  /** Resolves once this text was written after where the last `next` found its own. */
  async next(wanted: string): Promise<void> {
    this.#seen = (await this.#from(this.#seen, wanted)) + wanted.length;
  }

  async #from(start: number, wanted: string): Promise<number> {
    let at = this.text.indexOf(wanted, start);
    while (at < 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      at = this.text.indexOf(wanted, start);
    }
    return at;
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

/** A world for `run`, and what a test does to it. */
export interface FakeIo extends Io {
  readonly stdin: PassThrough & { isTTY: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  signal(signal: EndSignal): void;
  /** Listeners for signals that are still there. */
  readonly listeners: () => number;
}

export interface FakeIoOptions {
  /** What is piped to standard input; without it, nothing is. */
  readonly stdin?: string;
  /** Which streams are terminals. Default: none. */
  readonly terminal?: readonly ('stdin' | 'stdout' | 'stderr')[];
  readonly env?: Io['env'];
  /** Default: a folder without a configuration. */
  readonly cwd?: string;
  /** With what every writing to stdout fails. */
  readonly stdoutFails?: Error;
}

export function fakeIo({
  stdin,
  terminal = [],
  env = {},
  cwd = tmpdir(),
  stdoutFails,
}: FakeIoOptions = {}): FakeIo {
  const input = Object.assign(new PassThrough(), { isTTY: terminal.includes('stdin') });
  if (!input.isTTY) input.end(stdin ?? '');
  const listeners = new Set<(signal: EndSignal) => void>();
  return {
    stdin: input,
    stdout: new Sink(terminal.includes('stdout'), stdoutFails),
    stderr: new Sink(terminal.includes('stderr')),
    env,
    cwd,
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    signal(signal) {
      for (const listener of [...listeners]) listener(signal);
    },
    listeners: () => listeners.size,
  };
}
