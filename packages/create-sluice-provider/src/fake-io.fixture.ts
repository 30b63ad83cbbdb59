import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Io } from './io.ts';

/** What a person types once a text has appeared. */
export interface Typed {
  readonly after: string;
  readonly keys: string;
}

/** A world for the command: an empty folder, which goes with the test, and what was printed. */
export interface FakeIo {
  readonly io: Io;
  readonly folder: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** Without `typed` there is no terminal. */
export function fakeIo({
  typed,
  env = {},
}: {
  readonly typed?: readonly Typed[];
  readonly env?: Io['env'];
} = {}): FakeIo {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-create-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const terminal = typed === undefined ? {} : { isTTY: true, columns: 100, setRawMode: () => {} };
  const stdin = Object.assign(new PassThrough(), terminal);
  const stdout = Object.assign(new PassThrough(), terminal);
  const stderr = new PassThrough();
  const printed = { stdout: '', stderr: '' };
  const left = [...(typed ?? [])];
  let seen = 0;
  stdout.on('data', (bytes: Buffer) => {
    printed.stdout += bytes.toString('utf8');
    const [next] = left;
    const at = next === undefined ? -1 : printed.stdout.indexOf(next.after, seen);
    if (next === undefined || at < 0) return;
    seen = printed.stdout.length;
    left.shift();
    setImmediate(() => stdin.write(next.keys));
  });
  stderr.on('data', (bytes: Buffer) => {
    printed.stderr += bytes.toString('utf8');
  });
  return {
    io: { stdin, stdout, stderr, env, cwd: folder },
    folder,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
  };
}
