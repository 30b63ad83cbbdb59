import { mkdtemp, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CheckOptions, runChecks } from './run-checks.ts';
import type { Step } from './steps.ts';

const scripts = {
  good: "console.log('nothing to mend');\n",
  bad: "console.log('src/gate.ts:3: the gate leaks');\nprocess.exitCode = 1;\n",
  tests: `
    import { writeFileSync } from 'node:fs';
    const report = process.argv.find((arg) => arg.startsWith('--outputFile.json=')).split('=')[1];
    const counts = { numPassedTests: 4, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 };
    writeFileSync(report, JSON.stringify({ success: true, ...counts, testResults: [] }));
  `,
  endless: `
    import { writeFileSync } from 'node:fs';
    setInterval(() => {}, 1000);
    writeFileSync('started', '');
  `,
};

let root: string;
let lines: string[];

beforeEach(async () => {
  lines = [];
  root = await mkdtemp(join(tmpdir(), 'sluice-check-'));
  for (const [name, text] of Object.entries(scripts)) await writeFile(join(root, `${name}.mjs`), text);
});

afterEach(() => rm(root, { recursive: true }));

const step = (name: string, script: keyof typeof scripts, more: Partial<Step> = {}): Step => ({
  name,
  holds: `what ${name} holds`,
  run: { script: `${script}.mjs` },
  ...more,
});

function check(steps: readonly Step[], changes: Partial<CheckOptions> = {}): Promise<number> {
  return runChecks(steps, {
    root,
    reports: join(root, 'reports'),
    names: [],
    signal: new AbortController().signal,
    env: process.env,
    // The time a step took is the only thing that differs from run to run.
    print: (text) => lines.push(text.replace(/ +\d+\.\d s {2}/, ' ')),
    ...changes,
  });
}

test('a green run is one line per step, without their output, and the count of its tests', async () => {
  expect(await check([step('lint', 'good'), step('unit', 'tests', { countsTests: true })])).toBe(0);
  expect(lines).toEqual([
    '✓ lint what lint holds',
    '✓ unit what unit holds',
    '',
    '4 passed, 0 failed, 1 skipped',
  ]);
});

test('a failed step shows its output, the others still run, and the end names it', async () => {
  expect(await check([step('lint', 'bad'), step('types', 'good')])).toBe(1);
  expect(lines).toEqual([
    '✗ lint what lint holds',
    'src/gate.ts:3: the gate leaks',
    '✓ types what types holds',
    '',
    'failed: lint',
  ]);
});

test('a step that builds on a failed one is not run', async () => {
  expect(
    await check([step('build', 'bad'), step('pack', 'tests', { needs: ['build'], countsTests: true })]),
  ).toBe(1);
  expect(lines.slice(-4)).toEqual([
    '- pack              not run: it needs "build"',
    '',
    'failed: build, pack',
    '0 passed, 0 failed',
  ]);
});

test('steps can be chosen by name, and a wrong name lists them', async () => {
  const steps = [step('lint', 'bad'), step('types', 'good')];
  expect(await check(steps, { names: ['types'] })).toBe(0);
  expect(lines).toEqual(['✓ types what types holds', '']);
  lines = [];
  expect(await check(steps, { names: ['typos'] })).toBe(2);
  expect(lines).toEqual([
    'There is no step "typos". Steps:',
    '  lint     what lint holds',
    '  types    what types holds',
  ]);
});

test('a signal ends the step that runs, and the run', async () => {
  const interrupted = new AbortController();
  const started = watch(root);
  const running = check([step('unit', 'endless'), step('pack', 'good')], { signal: interrupted.signal });
  for await (const { filename } of started) if (filename === 'started') break;
  interrupted.abort('SIGINT');
  expect(await running).toBe(130);
  expect(lines).toEqual(['✗ unit what unit holds', 'stopped by SIGINT']);
});
