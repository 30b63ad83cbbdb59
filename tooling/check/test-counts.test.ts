import { expect, test } from 'vitest';
import { addCounts, countsLine, countTests, type VitestReport } from './test-counts.ts';

const report = (changes: Partial<VitestReport>): VitestReport => ({
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
  ...changes,
});

test('a green run is counted as it is', () => {
  expect(countsLine(countTests(report({})))).toBe('3 passed, 0 failed');
});

test('skipped tests are told', () => {
  expect(countsLine(countTests(report({ numPendingTests: 1, numTodoTests: 1 })))).toBe(
    '3 passed, 0 failed, 2 skipped',
  );
});

test('a test file that did not load counts as a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(countTests(report({ success: false, testResults })).failed).toBe(1);
});

test('a failed test and its file count once', () => {
  const testResults = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }];
  expect(countTests(report({ success: false, numFailedTests: 1, testResults })).failed).toBe(1);
});

test('an error outside all tests, or no report at all, is a failure', () => {
  expect(countTests(report({ success: false })).failed).toBe(1);
  expect(countTests(undefined).failed).toBe(1);
});

test('several runs are one sum', () => {
  const one = { passed: 1, failed: 2, skipped: 3 };
  expect(addCounts(one, one)).toEqual({ passed: 2, failed: 4, skipped: 6 });
});
