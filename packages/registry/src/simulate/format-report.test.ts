import { expect, it } from 'vitest';
import { formatReport } from './format-report.ts';
import { simulate } from './simulate.ts';

it('a report reads as a table', async () => {
  const report = await simulate({
    targets: [
      { id: 'good', firstTokenMs: 200, tokensPerSecond: 100, answerTokens: 100 },
      { id: 'bad', failures: [{ code: 'server-error', share: 1, afterMs: 5 }] },
    ],
    load: {
      kind: 'recorded',
      requests: [
        { atMs: 0, inputChars: 4 },
        { atMs: 2_000, inputChars: 4 },
      ],
    },
    route: { strategy: 'ordered' },
  });
  expect(formatReport(report)).toBe(`2 requests in 3.2 s (seed 1): 100 % succeeded
upstream calls: 2, 0 % extra, 1 for one request at most

                 p50      p90      p99    p99.9      max
first token   200 ms   200 ms   200 ms   200 ms   200 ms
total        1200 ms  1200 ms  1200 ms  1200 ms  1200 ms

target  calls  share  finished  failed     p50     p99  in flight  openings  probes
good        2  100 %         2       0  200 ms  200 ms          1         0       0
bad         0    0 %         0       0    0 ms    0 ms          0         0       0`);
});
