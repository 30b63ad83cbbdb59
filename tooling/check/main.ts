// Runs the checks: all of them, or those named as arguments. Every step runs even when an earlier one failed, so that
// one run tells everything that is to be mended.

import { mkdir, readFile, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { binOf } from '../workspace/bins.ts';
import { repositoryRoot } from '../workspace/packages.ts';
import { runProgram } from './run-program.ts';
import { type Step, steps } from './steps.ts';
import {
  addCounts,
  countsLine,
  countTests,
  noTests,
  type TestCounts,
  type VitestReport,
} from './test-counts.ts';

const reports = join(repositoryRoot, 'node_modules', '.cache', 'sluice-check');
const env: NodeJS.ProcessEnv = {
  ...process.env,
  // Colours are for a terminal; the steps write into a pipe and can't see whether ours is one.
  ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
};

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    print(`There is no step "${unknown.join('", "')}". Steps:`);
    for (const { name, holds } of steps) print(`  ${name.padEnd(8)} ${holds}`);
    return 2;
  }
  const wanted = steps.filter(({ name }) => names.length === 0 || names.includes(name));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => interrupted.abort(signal));
  }
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });

  print(`Node ${process.versions.node}`);
  const failed: string[] = [];
  let counts = noTests;
  for (const step of wanted) {
    const missing = step.needs?.find((name) => failed.includes(name));
    if (missing) {
      print(`- ${step.name.padEnd(8)} not run: it needs "${missing}"`);
      failed.push(step.name);
      continue;
    }
    const result = await runStep(step, interrupted.signal);
    counts = addCounts(counts, result.counts);
    if (!result.ok) failed.push(step.name);
    if (interrupted.signal.aborted) {
      const signal = interrupted.signal.reason as NodeJS.Signals;
      print(`stopped by ${signal}`);
      return 128 + constants.signals[signal];
    }
  }
  if (failed.length > 0) print(`\nfailed: ${failed.join(', ')}`);
  if (wanted.some(({ countsTests }) => countsTests))
    print(`${failed.length > 0 ? '' : '\n'}${countsLine(counts)}`);
  return failed.length > 0 ? 1 : 0;
}

async function runStep(step: Step, signal: AbortSignal): Promise<{ ok: boolean; counts: TestCounts }> {
  const show = step.countsTests ?? false;
  const report = join(reports, `${step.name}.json`);
  const command = 'script' in step.run ? [step.run.script] : [binOf(step.run.bin), ...step.run.args];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const startedAt = performance.now();
  const end = await runProgram([...command, ...(step.countsTests ? reporters : [])], {
    cwd: repositoryRoot,
    show,
    signal,
    env,
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`${end.ok ? '✓' : '✗'} ${step.name.padEnd(8)} ${seconds.padStart(5)} s  ${step.holds}`);
  if (!end.ok && !show) print(end.output.trimEnd());
  return { ok: end.ok, counts: step.countsTests ? countTests(await readReport(report)) : noTests };
}

async function readReport(file: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return undefined; // vitest ended before it wrote one; its own output says why
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
