import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allChecks } from './all-checks.ts';
import type { Declarations } from './subject.ts';

const folder = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

test('the program with a scripted upstream runs, and ends well', () => {
  const [, program = ''] = /```ts\n(import .*?)```/s.exec(readme) ?? [];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '--eval', program],
    { cwd: folder, encoding: 'utf8' },
  );
  expect({ stdout, stderr, status }).toEqual({ stdout: 'data: one\n\n\ntrue\n', stderr: '', status: 0 });
});

test('every declaration and every group of checks is described', () => {
  const declarations: { readonly [Name in keyof Required<Declarations>]: true } = {
    endOfBody: true,
    noErrorEvents: true,
    noKeepAlive: true,
    noMalformed: true,
    noModelList: true,
    anyModel: true,
    modelsKnownUpstream: true,
    noCredential: true,
    noRawEvents: true,
    noToolCalls: true,
    sharedTimers: true,
    impossible: true,
  };
  const words = [
    `(${allChecks.length} checks)`,
    ...Object.keys(declarations).map((name) => `\`${name}\``),
    ...allChecks.map(({ group }) => `| ${group} |`),
  ];
  expect(words.filter((word) => !readme.includes(word))).toEqual([]);
});
