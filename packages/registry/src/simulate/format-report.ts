import type { Percentiles } from './histogram.ts';
import type { SimulationReport } from './simulation-report.ts';

/** A report as a table for people. Pure; ends without a line break. */
export function formatReport(report: SimulationReport): string {
  const { requests, succeeded, attempts, hedges, queued } = report;
  const lines = [
    `${requests} requests in ${seconds(report.durationMs)} (seed ${report.seed}): ${percent(report.successRate)} succeeded`,
    ...(succeeded < requests
      ? [`failed: ${counts(report.failed)}; ${report.brokenOff} after the answer had begun`]
      : []),
    `upstream calls: ${attempts.upstreamCalls}, ${percent(attempts.extraShare)} extra, ${attempts.most} for one request at most`,
    ...(hedges.begun > 0 ? [`hedges: ${hedges.begun} begun, ${hedges.won} won`] : []),
    ...(queued.count > 0 ? [`waited for a place: ${queued.count}, p99 ${milliseconds(queued.p99)}`] : []),
    '',
    ...table([
      ['', 'p50', 'p90', 'p99', 'p99.9', 'max'],
      ['first token', ...times(report.firstTokenMs)],
      ['total', ...times(report.totalMs)],
    ]),
    '',
    ...table([
      ['target', 'calls', 'share', 'finished', 'failed', 'p50', 'p99', 'in flight', 'openings', 'probes'],
      ...report.targets.map((target) => [
        target.target,
        String(target.calls),
        percent(target.share),
        String(target.finished),
        String(Object.values(target.failed).reduce((sum, count) => sum + count, 0)),
        milliseconds(target.firstTokenMs.p50),
        milliseconds(target.firstTokenMs.p99),
        String(target.mostInFlight),
        String(target.breaker.openings),
        String(target.breaker.probes),
      ]),
    ]),
  ];
  return lines.join('\n');
}

function times({ p50, p90, p99, p999, max }: Percentiles): string[] {
  return [p50, p90, p99, p999, max].map(milliseconds);
}

function milliseconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : seconds(ms);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`;
}

function counts(byName: { readonly [name: string]: number }): string {
  return Object.entries(byName)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

/** Columns of equal width: the first to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
