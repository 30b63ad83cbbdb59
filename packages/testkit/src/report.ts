import type { CheckResult } from './run-check.ts';

/** What the kit found out about a provider. Plain JSON. */
export interface ConformanceReport {
  readonly provider: string;
  readonly passed: number;
  readonly failed: number;
  /** Checks that failed as the author declares that they must (`declares.impossible`). */
  readonly declared: number;
  readonly notApplicable: number;
  readonly results: readonly CheckResult[];
}

/** Counts the results. */
export function createReport(provider: string, results: readonly CheckResult[]): ConformanceReport {
  const count = (outcome: CheckResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return {
    provider,
    passed: count('passed'),
    failed: count('failed'),
    declared: count('declared'),
    notApplicable: count('not applicable'),
    results,
  };
}

/** The line for a README: an image whose text says the same. */
export function badgeOf({ passed, failed, declared }: ConformanceReport): string {
  const but = declared === 0 ? '' : `, ${declared} declared impossible`;
  const told = failed === 0 ? `${passed} passed${but}` : `${failed} failed`;
  const words = encodeURIComponent(told.replaceAll(' ', '_'));
  const image = `https://img.shields.io/badge/sluice_conformance-${words}-${failed === 0 ? 'brightgreen' : 'red'}`;
  return `![Sluice conformance: ${told}](${image})`;
}

const marks: { readonly [Each in CheckResult['outcome']]: string } = {
  passed: 'passed',
  failed: '**failed**',
  declared: 'declared impossible',
  'not applicable': 'not applicable',
};

/** The report as a page: the badge, the counts, and a table of every check with what became of it and why. */
export function markdownOf(report: ConformanceReport): string {
  const { provider, passed, failed, declared, notApplicable, results } = report;
  const groups = [...new Set(results.map(({ group }) => group))];
  const tables = groups.map((group) => {
    const rows = results
      .filter((result) => result.group === group)
      .map(
        (result) =>
          `| \`${result.id}\` | ${cell(result.title)} | ${marks[result.outcome]}${cell(why(result))} |\n`,
      );
    return `## ${group[0]?.toUpperCase()}${group.slice(1)}\n\n| check | rule | result |\n| --- | --- | --- |\n${rows.join('')}`;
  });
  const counts = `${passed} passed, ${failed} failed, ${declared} declared impossible, ${notApplicable} not applicable.`;
  return `# Conformance of ${provider}\n\n${badgeOf(report)}\n\n${counts}\n\n${tables.join('\n')}`;
}

function why(result: CheckResult): string {
  if (result.outcome === 'passed') return '';
  return `: ${result.outcome === 'failed' ? result.message : result.reason}`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
