import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { binOf } from '../workspace/bins.ts';

/** Runs the pinned TypeScript compiler. Throws what it reported, which names file, line and reason. */
export async function runTsc(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [binOf('tsc'), ...args]);
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    throw new Error(`tsc ${args.join(' ')}\n${stdout ?? String(error)}`, { cause: error });
  }
}
