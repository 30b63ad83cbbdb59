import type { SimulationReport } from '../simulation-report.ts';
import { type Figure, ms, percent, seconds } from './figure.ts';
import { recoveryOf } from './recovery.ts';
import {
  hedging,
  outage,
  outageUntilMs,
  rateLimit,
  type StormGuard,
  slowTarget,
  storm,
  troubled,
} from './scenarios.ts';

/** Every figure of docs/routing.md, made anew. About 100,000 simulated requests. */
export async function allFigures(): Promise<readonly Figure[]> {
  return [await slow(), ...(await outages()), await limited(), await hedged(), await storms()];
}

async function slow(): Promise<Figure> {
  const rows = [['strategy', 'first token p50', 'p90', 'p99', 'p99.9', 'calls to the slow target']];
  for (const strategy of ['round-robin', 'weighted', 'least-busy', 'latency', 'balanced'] as const) {
    const { firstTokenMs, targets } = await slowTarget(strategy);
    const { p50, p90, p99, p999 } = firstTokenMs;
    rows.push([`\`${strategy}\``, ...[p50, p90, p99, p999].map(ms), percent(targets[troubled]?.share ?? 0)]);
  }
  return { name: 'slow-target', rows };
}

async function outages(): Promise<readonly [Figure, Figure]> {
  const costs = [
    [
      'strategy',
      'the target is',
      'failed',
      'of these, answers that the outage cut',
      'extra calls',
      'first token p99',
    ],
  ];
  const returns = [
    ['strategy', 'back after', 'probe period by then', 'share of the first 10 s', 'busiest second'],
  ];
  for (const strategy of ['round-robin', 'least-busy', 'latency', 'balanced'] as const) {
    const refused = await outage(strategy, 'refused');
    const { afterMs, periodMs, share, peakShare } = recoveryOf(refused, troubled, outageUntilMs);
    returns.push([
      `\`${strategy}\``,
      seconds(afterMs),
      seconds(periodMs),
      percent(share),
      percent(peakShare),
    ]);
    costs.push(costOf(strategy, 'refused', refused));
    if (strategy === 'least-busy' || strategy === 'latency') continue;
    for (const how of ['unreachable', 'silent'] as const)
      costs.push(costOf(strategy, how, await outage(strategy, how)));
  }
  const resumed = await outage('balanced', 'refused', { resume: 'continue' });
  costs.push(costOf('balanced', "refused; `resume: 'continue'`", resumed));
  return [
    { name: 'outage', rows: costs },
    { name: 'recovery', rows: returns },
  ];
}

function costOf(strategy: string, how: string, report: SimulationReport): string[] {
  const { successRate, brokenOff, requests, attempts, firstTokenMs } = report;
  return [
    `\`${strategy}\``,
    how,
    percent(1 - successRate),
    percent(brokenOff / requests),
    percent(attempts.extraShare),
    ms(firstTokenMs.p99),
  ];
}

async function limited(): Promise<Figure> {
  const report = await rateLimit();
  const target = report.targets[troubled];
  return {
    name: 'rate-limit',
    rows: [
      [
        'requests that failed',
        'answers 429',
        'calls before the time was over',
        'back after it, at the latest',
        'answers in 4 minutes',
      ],
      [
        String(report.requests - report.succeeded),
        String(target?.failed['rate-limited'] ?? 0),
        String(target?.retryAfter?.early ?? 0),
        ms(target?.retryAfter?.latestReturnMs ?? 0),
        String(target?.finished ?? 0),
      ],
    ],
  };
}

async function hedged(): Promise<Figure> {
  const rows = [['hedge', 'first token p50', 'p99', 'p99.9', 'hedges', 'won']];
  const row = (name: string, { requests, firstTokenMs, hedges }: SimulationReport): string[] => {
    const { p50, p99, p999 } = firstTokenMs;
    return [
      name,
      ...[p50, p99, p999].map(ms),
      percent(hedges.begun / requests),
      percent(hedges.won / requests),
    ];
  };
  rows.push(row('none', await hedging(undefined)));
  rows.push(row("`afterMs: 'p95'`", await hedging('p95')));
  rows.push(row('`afterMs: 1500`', await hedging(1_500)));
  return { name: 'hedging', rows };
}

const stormCases: readonly (readonly [number, StormGuard])[] = [
  [0.1, 'default'],
  [0.3, 'default'],
  [0.3, 'no retry budget'],
  [0.5, 'default'],
  [0.5, 'patient breakers'],
];

async function storms(): Promise<Figure> {
  const rows = [['every target fails', 'guards', 'succeeded', 'extra calls', 'breaker openings']];
  for (const [share, guard] of stormCases) {
    const { successRate, attempts, targets } = await storm(share, guard);
    const openings = targets.reduce((sum, { breaker }) => sum + breaker.openings, 0);
    rows.push([
      `${share * 100} %`,
      guard,
      percent(successRate),
      percent(attempts.extraShare),
      String(openings),
    ]);
  }
  return { name: 'storm', rows };
}
