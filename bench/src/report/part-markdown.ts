import type { Machine } from '../machine.ts';
import type { Figure, PartResult, SubjectResult, WorkloadResult } from './part-result.ts';
import { shortNumber, table } from './table.ts';

/** One part as Markdown: the targets, then a table for each workload. */
export function partMarkdown(result: PartResult): string {
  const { part, takenAt, machine, versions, workloads, verdicts, extra } = result;
  const sections = [
    `## ${part}`,
    `${machineLine(machine)} ${takenAt.slice(0, 10)}.`,
    ...(Object.keys(versions).length > 0 ? [versionsLine(versions)] : []),
    ...(verdicts.length > 0 ? [verdictTable(result)] : []),
    ...workloads.flatMap((workload) => [
      `### ${workload.title}`,
      `${workload.rounds} rounds.`,
      workloadTable(workload),
    ]),
    ...(extra ? [extra.markdown] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function machineLine({ cpu, cores, memoryGiB, node, platform, loadBefore }: Machine): string {
  return `${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}; load before: ${loadBefore}.`;
}

function versionsLine(versions: PartResult['versions']): string {
  return `${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.`;
}

/** How ours stands to its targets. */
export function verdictTable({ verdicts }: PartResult): string {
  return table(
    ['ours', 'target', 'measured', ''],
    verdicts.map(({ what, target, measured, reached }) => [
      what,
      target,
      measured,
      reached ? 'reached' : 'missed',
    ]),
  );
}

function workloadTable({ subjects }: WorkloadResult): string {
  const metrics = [
    ...new Map(subjects.flatMap(({ figures }) => figures.map((figure) => [figure.metric, figure]))).values(),
  ];
  const head = metrics.flatMap((figure) => [figure.title, 'spread', ...(figure.toFloor ? ['× floor'] : [])]);
  return table(
    ['', ...head],
    subjects.map((subject) => [subject.subject, ...metrics.flatMap((metric) => cells(subject, metric))]),
  );
}

function cells({ figures }: SubjectResult, wanted: Figure): readonly string[] {
  const figure = figures.find(({ metric }) => metric === wanted.metric);
  if (!figure) return wanted.toFloor ? ['', '', ''] : ['', ''];
  const { median, least, most } = figure.value;
  return [
    shortNumber(median),
    `${shortNumber(least)} … ${shortNumber(most)}`,
    ...(wanted.toFloor ? [figure.toFloor ? shortNumber(figure.toFloor.median) : ''] : []),
  ];
}
