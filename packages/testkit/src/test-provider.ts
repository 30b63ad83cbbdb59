import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as nodeTest from 'node:test';
import { fileURLToPath } from 'node:url';
import { allChecks } from './all-checks.ts';
import type { GroupedCheck } from './check.ts';
import { type ConformanceReport, createReport, markdownOf } from './report.ts';
import { type CheckResult, declaredImpossible, judgeCheck } from './run-check.ts';
import { type PreparedSubject, prepareSubject, type Subject } from './subject.ts';

/** What the kit needs of a test framework: vitest's and `node:test`'s fit as they are. */
export interface TestFramework {
  describe(name: string, define: () => void): unknown;
  it(name: string, run: () => Promise<void>): unknown;
  /** `afterAll` of vitest, `after` of node:test: needed for a report in files. */
  afterAll?(run: () => Promise<void>): unknown;
  after?(run: () => Promise<void>): unknown;
}

/** A provider to be tested, and where to write what came out. */
export interface TestProviderOptions extends Subject {
  /** Files to write the report to, as JSON and as Markdown. Needs `afterAll` or `after` of the framework. Default: none. */
  readonly report?: { readonly json?: string | URL; readonly markdown?: string | URL };
}

/**
 * Registers one test for every rule of the contract. What the protocol can't do is declared, and its tests say so in their
 * names. Throws a `TypeError` at once where the subject is not described well enough.
 *
 * @param framework `{ describe, it }` of vitest; default `node:test`
 * @returns the report so far: complete once the tests have run
 *
 * @example
 * testProvider({
 *   create: ({ baseURL, credential }) => createEcho({ baseURL, apiKey: credential }),
 *   upstream: { contentType: 'application/x-ndjson', text: (word) => `${JSON.stringify({ word })}\n`, end: '{"done":true}\n' },
 *   declares: { noErrorEvents: 'an echo has none', noModelList: 'the models are a static list' },
 * }, { describe, it });
 */
export function testProvider(
  options: TestProviderOptions,
  framework: TestFramework = nodeTest,
): () => ConformanceReport {
  const subject = prepareSubject(options);
  const results: CheckResult[] = [];
  const report = (): ConformanceReport => createReport(subject.name, results);
  framework.describe(`conformance of ${subject.name}`, () => {
    for (const check of allChecks) {
      framework.it(nameOf(check, subject), async () => {
        const { result, error } = await judgeCheck(check, subject);
        results.push(result);
        if (result.outcome === 'failed') throw error;
      });
    }
    if (options.report) {
      const { json, markdown } = options.report;
      const after = framework.afterAll ?? framework.after;
      if (!after)
        throw new TypeError('testProvider: a report in files needs afterAll (or after) of the framework');
      after(async () => {
        if (json) await write(json, `${JSON.stringify(report(), null, 2)}\n`);
        if (markdown) await write(markdown, markdownOf(report()));
      });
    }
  });
  return report;
}

/** What does not apply, or is declared to fail, says so where its name is read. */
function nameOf(check: GroupedCheck, subject: PreparedSubject): string {
  const name = `${check.group}: ${check.title} [${check.id}]`;
  const notApplicable = check.notApplicable?.(subject);
  if (notApplicable !== undefined) return `${name} (not applicable: ${notApplicable})`;
  const impossible = declaredImpossible(check, subject);
  return impossible === undefined ? name : `${name} (declared impossible: ${impossible})`;
}

async function write(file: string | URL, text: string): Promise<void> {
  const path = file instanceof URL ? fileURLToPath(file) : file;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
