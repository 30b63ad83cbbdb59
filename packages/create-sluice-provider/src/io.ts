import type { Readable, Writable } from 'node:stream';

/** The world around the command, so that a test can give it another. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly columns?: number };
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
}

/** The real thing: this process. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, cwd: process.cwd() };
}
