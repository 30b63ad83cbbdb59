import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { binOf } from '../workspace/bins.ts';
import { readPackages, repositoryRoot } from '../workspace/packages.ts';
import { type Installation, packAndInstall } from './packed-packages.ts';

// The example of a provider from outside, tested with the kit as its author would have it.

const example = join(repositoryRoot, 'examples', 'provider-echo');
const ours = ['@sluice/core', '@sluice/testkit'];

let installation: Installation;

beforeAll(async () => {
  installation = await packAndInstall(readPackages().filter(({ manifest }) => ours.includes(manifest.name)));
  const { folder } = installation;
  await cp(join(example, 'src'), join(folder, 'src'), { recursive: true });
  const vitest = join(repositoryRoot, 'node_modules', 'vitest');
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  await symlink(vitest, join(folder, 'node_modules', 'vitest'), 'junction');
  await writeFile(join(folder, 'vitest.config.mjs'), 'export default {};\n');
});

afterAll(() => installation?.remove());

test('its conformance test has fewer than 30 lines', async () => {
  const text = await readFile(join(example, 'src', 'conformance.test.ts'), 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThan(30);
});

test('it passes every check of the packed kit', async () => {
  const { folder } = installation;
  const file = join(folder, 'report.json');
  const args = [binOf('vitest'), 'run', '--reporter=json', `--outputFile=${file}`, 'src/conformance.test.ts'];
  await promisify(execFile)(process.execPath, args, { cwd: folder });
  const report = JSON.parse(await readFile(file, 'utf8')) as {
    readonly numPassedTests: number;
    readonly numTotalTests: number;
    readonly testResults: readonly { readonly name: string }[];
  };
  expect(report.testResults).toHaveLength(1);
  expect(report.numTotalTests).toBeGreaterThan(100);
  expect(report.numPassedTests).toBe(report.numTotalTests);
});
