import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { allChecks } from './all-checks.ts';
import { referenceSubject } from './reference-provider.fixture.ts';
import { type TestFramework, testProvider } from './test-provider.ts';

/** A framework that keeps what is registered. */
function recorder() {
  const tests = new Map<string, () => Promise<void>>();
  const after: (() => Promise<void>)[] = [];
  const framework: TestFramework = {
    describe: (_name, define) => define(),
    it: (name, run) => tests.set(name, run),
    afterAll: (run) => after.push(run),
  };
  const named = (id: string): readonly [string, () => Promise<void>] => {
    const found = [...tests].find(([name]) => name.includes(`[${id}]`));
    if (!found) throw new Error(`no test ${id}`);
    return found;
  };
  return { tests, after, framework, named };
}

test('each rule is a test, and one that does not apply says why in its name', () => {
  const { tests, named, framework } = recorder();
  testProvider({ ...referenceSubject(), declares: { anyModel: 'the server knows them' } }, framework);
  expect(tests.size).toBe(allChecks.length);
  expect(named('unknown-model')[0]).toBe(
    'models: an unknown model is model-not-found, and nothing is sent [unknown-model] (not applicable: the server knows them)',
  );
});

test('a broken rule fails its test, and stands in the report', async () => {
  const { named, framework } = recorder();
  const report = testProvider(referenceSubject({ capabilities: { seed: 'yes' as never } }), framework);
  await expect(named('identity')[1]()).rejects.toThrow('capabilities.seed must be native, emulated or none');
  await named('text-as-said')[1]();
  await named('nothing-left-upstream')[1]();
  expect(report()).toMatchObject({ provider: 'reference', passed: 1, failed: 1, notApplicable: 1 });
});

test('what is declared impossible says so in its name, and its test fails only once it is possible', async () => {
  const { named, framework } = recorder();
  const declares = { impossible: { identity: 'it has another word', 'text-as-said': 'it never speaks' } };
  const broken = referenceSubject({ capabilities: { seed: 'yes' as never } });
  const report = testProvider({ ...broken, declares }, framework);
  const [name, run] = named('identity');
  expect(name).toMatch(/ \[identity\] \(declared impossible: it has another word\)$/);
  await run();
  await expect(named('text-as-said')[1]()).rejects.toThrow('take the declaration away');
  expect(report()).toMatchObject({ passed: 0, failed: 1, declared: 1 });
});

test('the report is written once the tests are over, as JSON and as a page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-testkit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { named, after, framework } = recorder();
  const files = { json: join(folder, 'deep', 'report.json'), markdown: join(folder, 'report.md') };
  testProvider({ ...referenceSubject(), name: 'my provider', report: files }, framework);
  await named('text-as-said')[1]();
  for (const run of after) await run();
  expect(JSON.parse(await readFile(files.json, 'utf8'))).toMatchObject({
    provider: 'my provider',
    passed: 1,
  });
  expect(await readFile(files.markdown, 'utf8')).toContain(
    '# Conformance of my provider\n\n![Sluice conformance: 1 passed]',
  );
});

test('a report without a hook to write it in is refused at once', () => {
  const { framework } = recorder();
  const { describe, it } = framework;
  expect(() => testProvider({ ...referenceSubject(), report: { json: 'x' } }, { describe, it })).toThrow(
    'a report in files needs afterAll (or after) of the framework',
  );
});
