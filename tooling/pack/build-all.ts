import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { binOf } from '../workspace/bins.ts';
import { repositoryRoot } from '../workspace/packages.ts';

/** Builds every package before the tests pack it. What did not change comes from turbo's cache. */
export async function setup(): Promise<void> {
  const args = [binOf('turbo'), 'run', 'build', '--output-logs=errors-only'];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: repositoryRoot });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`The packages do not build, so nothing can be packed:\n${stdout ?? ''}${stderr ?? ''}`);
  }
}
