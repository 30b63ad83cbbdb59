import { mkdir, readFile, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { binOf } from '../workspace/bins.ts';
import { runProgram } from './run-program.ts';
import type { Step } from './steps.ts';
import {
  addCounts,
  countsLine,
  countTests,
  noTests,
  type TestCounts,
  type VitestReport,
} from './test-counts.ts';

/** What a run of checks needs to know. */
export interface CheckOptions {
  /** Where the steps run. */
  readonly root: string;
  /** A folder of our own, emptied first, for what the test runs report. */
  readonly reports: string;
  /** The steps wanted, by name; none means all. */
  readonly names: readonly string[];
  /** Ends the running step and the run. Its reason is the signal that asked for it. */
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  /** Takes one line, or a step's whole output. */
  readonly print: (text: string) => void;
}

/**
 * Runs the steps one after the other, one line each, and resolves with the exit code. Every step runs even when an
 * earlier one failed, so that one run tells everything that is to be mended; a step's output is shown only if it failed.
 */
export async function runChecks(steps: readonly Step[], options: CheckOptions): Promise<number> {
  const { names, print, signal } = options;
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    print(`There is no step "${unknown.join('", "')}". Steps:`);
    for (const { name, holds } of steps) print(`  ${name.padEnd(8)} ${holds}`);
    return 2;
  }
  await rm(options.reports, { recursive: true, force: true });
  await mkdir(options.reports, { recursive: true });

  const wanted = steps.filter(({ name }) => names.length === 0 || names.includes(name));
  const failed: string[] = [];
  let counts = noTests;
  for (const step of wanted) {
    const missing = step.needs?.find((name) => failed.includes(name));
    if (missing) {
      print(`- ${step.name.padEnd(8)}          not run: it needs "${missing}"`);
      failed.push(step.name);
      continue;
    }
    const result = await runStep(step, options);
    if (signal.aborted) {
      print(`stopped by ${signal.reason}`);
      return 128 + constants.signals[signal.reason as NodeJS.Signals];
    }
    counts = addCounts(counts, result.counts);
    if (!result.ok) failed.push(step.name);
  }
  print('');
  if (failed.length > 0) print(`failed: ${failed.join(', ')}`);
  if (wanted.some(({ countsTests }) => countsTests)) print(countsLine(counts));
  return failed.length > 0 ? 1 : 0;
}

async function runStep(step: Step, options: CheckOptions): Promise<{ ok: boolean; counts: TestCounts }> {
  const { root, signal, env, print } = options;
  const report = join(options.reports, `${step.name}.json`);
  const command = 'script' in step.run ? [step.run.script] : [binOf(step.run.bin), ...step.run.args];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [...command, ...(step.countsTests ? reporters : [])];
  const startedAt = performance.now();
  const { ok, output } = await runProgram(args, { cwd: root, show: step.countsTests ?? false, signal, env });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`${ok ? '✓' : '✗'} ${step.name.padEnd(8)} ${seconds.padStart(5)} s  ${step.holds}`);
  if (!ok && output) print(output.trimEnd());
  return { ok, counts: step.countsTests ? countTests(await readReport(report)) : noTests };
}

async function readReport(file: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return undefined; // vitest ended before it wrote one; its own output says why
  }
}
