import { expect, test } from 'vitest';
import { badgeOf, createReport, markdownOf } from './report.ts';

const report = createReport('echo', [
  { id: 'text-as-said', group: 'contract', title: 'the text | as it was said', outcome: 'passed' },
  {
    id: 'error-event',
    group: 'errors',
    title: 'an error',
    outcome: 'not applicable',
    reason: 'an echo has none',
  },
  {
    id: 'status-503',
    group: 'errors',
    title: '503 is overloaded',
    outcome: 'failed',
    message: 'got\nnetwork',
  },
  {
    id: 'connect-timeout',
    group: 'timeouts',
    title: 'no connection',
    outcome: 'declared',
    reason: 'fetch does not tell',
    message: 'no connection within 60 ms: expected connect-timeout, got first-token-timeout',
  },
]);

test('the page has a badge, the counts, and a row for every check with its reason', () => {
  expect(markdownOf(report)).toBe(`# Conformance of echo

![Sluice conformance: 1 failed](https://img.shields.io/badge/sluice_conformance-1_failed-red)

1 passed, 1 failed, 1 declared impossible, 1 not applicable.

## Contract

| check | rule | result |
| --- | --- | --- |
| \`text-as-said\` | the text \\| as it was said | passed |

## Errors

| check | rule | result |
| --- | --- | --- |
| \`error-event\` | an error | not applicable: an echo has none |
| \`status-503\` | 503 is overloaded | **failed**: got network |

## Timeouts

| check | rule | result |
| --- | --- | --- |
| \`connect-timeout\` | no connection | declared impossible: fetch does not tell |
`);
});

test('the badge says how many passed, once none fails', () => {
  expect(badgeOf(createReport('echo', report.results.slice(0, 1)))).toBe(
    '![Sluice conformance: 1 passed](https://img.shields.io/badge/sluice_conformance-1_passed-brightgreen)',
  );
  const [passed, , , declared] = report.results;
  expect(
    badgeOf(
      createReport(
        'echo',
        [passed, declared].filter((result) => result !== undefined),
      ),
    ),
  ).toBe(
    '![Sluice conformance: 1 passed, 1 declared impossible](https://img.shields.io/badge/sluice_conformance-1_passed%2C_1_declared_impossible-brightgreen)',
  );
});

test('the report is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});
