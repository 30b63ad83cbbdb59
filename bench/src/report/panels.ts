import { targets } from '../targets.ts';
import type { Bar, Panel } from './chart.ts';
import type { PartResult, WorkloadResult } from './part-result.ts';

/** Which measurements are drawn, in this order. */
const drawn: readonly { readonly part: string; readonly workload: string; readonly metric: string }[] = [
  { part: 'client', workload: 'long', metric: 'cpu' },
  { part: 'client', workload: 'short', metric: 'cpu' },
  { part: 'client', workload: 'many', metric: 'cpu' },
  { part: 'client', workload: 'many', metric: 'memory' },
  { part: 'gateway', workload: 'streamed', metric: 'cpu' },
  { part: 'gateway', workload: 'long', metric: 'cpu' },
  { part: 'gateway', workload: 'whole', metric: 'cpu' },
  { part: 'gateway', workload: 'many', metric: 'memory' },
];

/** The panels of the chart, of what was measured. */
export function panelsOf(parts: readonly PartResult[]): readonly Panel[] {
  return drawn.flatMap(({ part, workload, metric }): Panel[] => {
    const found = parts.find((one) => one.part === part)?.workloads.find((one) => one.workload === workload);
    return found ? [panelOf(part, found, metric)] : [];
  });
}

function panelOf(part: string, { workload, title, subjects }: WorkloadResult, metric: string): Panel {
  const bars = subjects.flatMap(({ subject, figures }): Bar[] => {
    const figure = figures.find((one) => one.metric === metric);
    return figure ? [{ label: subject, ...spread(figure.value), kind: kindOf(subject) }] : [];
  });
  const unit = subjects[0]?.figures.find((one) => one.metric === metric)?.title ?? metric;
  const floor = bars.find(({ label }) => label === 'floor');
  const target = (targets[part] ?? []).findLast(
    (one) => one.workload === workload && one.metric === metric && one.measure === 'floor',
  );
  return {
    title: `${part}: ${title}`,
    unit,
    bars,
    ...(floor && target ? { target: floor.value * target.most } : {}),
  };
}

function spread({
  median,
  least,
  most,
}: {
  median: number;
  least: number;
  most: number;
}): Omit<Bar, 'label' | 'kind'> {
  return { value: median, least, most };
}

function kindOf(subject: string): Bar['kind'] {
  if (subject.startsWith('sluice')) return 'ours';
  return subject === 'drain' || subject.startsWith('floor') ? 'limit' : 'peer';
}
