import type { Verdict, WorkloadResult } from './report/part-result.ts';

/** What ours must reach. */
interface Target {
  readonly workload: string;
  readonly subject: string;
  readonly metric: string;
  /** `floor`: the median of the ratios to the floor. `value`: the median itself. */
  readonly measure: 'floor' | 'value';
  readonly most: number;
  readonly what: string;
  readonly unit: string;
}

const floor = { measure: 'floor', unit: '× floor' } as const;
const value = (unit: string) => ({ measure: 'value', unit }) as const;

/** The targets of each part. The stricter one of a pair comes second. */
export const targets: { readonly [part: string]: readonly Target[] } = {
  client: [
    {
      workload: 'long',
      subject: 'sluice',
      metric: 'cpu',
      most: 1.35,
      what: 'one long stream, CPU a token',
      ...floor,
    },
    {
      workload: 'long',
      subject: 'sluice',
      metric: 'cpu',
      most: 1,
      what: 'the same, below the floor',
      ...floor,
    },
    {
      workload: 'short',
      subject: 'sluice',
      metric: 'cpu',
      most: 1.3,
      what: 'short calls, CPU a call',
      ...floor,
    },
    {
      workload: 'many',
      subject: 'sluice',
      metric: 'cpu',
      most: 1.1,
      what: '1,000 streams, CPU a token',
      ...floor,
    },
    {
      workload: 'many',
      subject: 'sluice',
      metric: 'memory',
      most: 1.15,
      what: '1,000 streams, memory',
      ...floor,
    },
    {
      workload: 'import',
      subject: 'sluice',
      metric: 'wall',
      most: 70,
      what: 'import of core and a provider',
      ...value('ms'),
    },
    {
      workload: 'short',
      subject: 'sluice-registry',
      metric: 'added',
      most: 25,
      what: 'the registry adds to a call',
      ...value('µs'),
    },
    {
      workload: 'long',
      subject: 'sluice-registry',
      metric: 'added',
      most: 3,
      what: 'the registry adds to a token',
      ...value('%'),
    },
    {
      workload: 'h2o-updates',
      subject: 'sluice-h2o',
      metric: 'cpu',
      most: 1.5,
      what: "H2o's wire of today, CPU a token",
      ...floor,
    },
    {
      workload: 'h2o-tgi',
      subject: 'sluice-h2o',
      metric: 'cpu',
      most: 1.5,
      what: "H2o's first wire, CPU a token",
      ...floor,
    },
    {
      workload: 'flowgpt',
      subject: 'sluice-flowgpt',
      metric: 'cpu',
      most: 1.5,
      what: "FlowGPT's wire, CPU a token",
      ...floor,
    },
  ],
  gateway: [
    {
      workload: 'streamed',
      subject: 'sluice',
      metric: 'cpu',
      most: 2,
      what: 'streamed, CPU a request',
      ...floor,
    },
    {
      workload: 'whole',
      subject: 'sluice',
      metric: 'cpu',
      most: 2.5,
      what: 'not streamed, CPU a request',
      ...floor,
    },
    {
      workload: 'long',
      subject: 'sluice',
      metric: 'cpu',
      most: 2.5,
      what: '50,000 tokens, CPU a token',
      ...floor,
    },
    {
      workload: 'first-token',
      subject: 'sluice',
      metric: 'added-p50',
      most: 0.5,
      what: 'added time to the first token, p50',
      ...value('ms'),
    },
    {
      workload: 'first-token',
      subject: 'sluice',
      metric: 'added-p99',
      most: 2,
      what: 'added time to the first token, p99',
      ...value('ms'),
    },
    {
      workload: 'many',
      subject: 'sluice',
      metric: 'memory',
      most: 1.3,
      what: '1,000 streams, memory',
      ...floor,
    },
  ],
};

/** How ours stands to the targets of a part; what was not measured has no verdict. */
export function verdictsOn(part: string, workloads: readonly WorkloadResult[]): readonly Verdict[] {
  return (targets[part] ?? []).flatMap(
    ({ workload, subject, metric, measure, most, what, unit }): Verdict[] => {
      const figure = workloads
        .find((one) => one.workload === workload)
        ?.subjects.find((one) => one.subject === subject)
        ?.figures.find((one) => one.metric === metric);
      const spread = measure === 'floor' ? figure?.toFloor : figure?.value;
      if (!spread) return [];
      const measured = Math.round(spread.median * 100) / 100;
      return [
        { what, target: `≤ ${most} ${unit}`, measured: `${measured} ${unit}`, reached: measured <= most },
      ];
    },
  );
}
