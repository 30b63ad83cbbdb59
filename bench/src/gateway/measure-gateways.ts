import type { BenchRun } from '../bench-run.ts';
import type { Address } from '../client/client.ts';
import type { Load, LoadCost } from '../client/load.ts';
import { loadOf, startClient } from '../client/measure-clients.ts';
import { type Process, startProcess } from '../process/start-process.ts';
import type { Figure, SubjectResult, WorkloadResult } from '../report/part-result.ts';
import { difference, pairwise, quantile, ratio, spreadOf } from '../report/statistics.ts';
import { type Script, scripts } from '../upstream/scripts.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import { type DoorCost, model } from './door.ts';
import { type GatewayWorkload, gatewayWorkloads } from './workloads.ts';

const doorNames = ['floor', 'sluice', 'sluice-serve', 'portkey'] as const;

/** The client before the door, and the door where there is one. */
interface Setting {
  readonly client: Process;
  readonly door?: Process;
}

/** What one round cost: the door's own figures, and what the client before it saw. */
interface Round {
  readonly door?: DoorCost;
  readonly client: LoadCost;
}

/** Every workload through every door, in turns. The client is the hand-written one, in a process of its own for each door. */
export async function measureGateways(run: BenchRun): Promise<readonly WorkloadResult[]> {
  const upstream = await startUpstream();
  try {
    const results: WorkloadResult[] = [];
    for (const workload of gatewayWorkloads) {
      if (run.wantsWorkload(workload.name)) results.push(await measure(workload, upstream, run));
    }
    return results;
  } finally {
    await upstream.stop();
  }
}

async function measure(
  workload: GatewayWorkload,
  upstream: Upstream,
  run: BenchRun,
): Promise<WorkloadResult> {
  const { name, script, looksAt } = workload;
  // Without any door there is no processor time to compare, but a time to the first token.
  const names = [...(looksAt === 'first token' ? ['direct'] : []), ...doorNames.filter(run.wantsSubject)];
  const calls = workload.calls === 1 ? 1 : Math.round(workload.calls * run.scale);
  const load = loadFor(workload, scripts[script], calls);
  const taken = new Map<string, Round[]>(names.map((door) => [door, []]));
  const kept = new Map<string, Setting>();
  const fresh = looksAt === 'memory';
  const rounds = workload.per === 'request' && !looksAt ? run.callRounds : run.rounds;

  const warmUps = fresh ? 1 : workload.per === 'request' ? run.callWarmUps : run.warmUps;
  const prepare = async (subject: string): Promise<Setting> => {
    const setting = await open(subject, workload, upstream, run);
    const warmUp = fresh ? { ...load, calls: 50, atOnce: 50 } : load;
    for (let times = 0; times < warmUps; times += 1) await setting.client.ask('run', warmUp);
    return setting;
  };

  try {
    for (let round = 0; round < rounds; round += 1) {
      run.tell(`gateway ${name}: round ${round + 1} of ${rounds}`);
      for (const subject of names) {
        const setting = kept.get(subject) ?? (await prepare(subject));
        kept.set(subject, setting);
        await setting.door?.ask('cost');
        const client = await setting.client.ask<LoadCost>('run', load);
        const door = await setting.door?.ask<DoorCost>('cost');
        taken.get(subject)?.push({ client, ...(door ? { door } : {}) });
        if (!fresh) continue;
        kept.delete(subject);
        await close(setting);
      }
    }
  } finally {
    await Promise.all([...kept.values()].map(close));
  }

  const units = workload.per === 'request' ? calls : calls * scripts[script].tokens;
  return {
    workload: name,
    title: workload.title,
    rounds,
    subjects: names.map(
      (subject): SubjectResult => ({
        subject,
        figures: figuresOf(taken.get(subject) ?? [], taken, workload, units),
      }),
    ),
  };
}

async function open(
  subject: string,
  { name, script, stream }: GatewayWorkload,
  upstream: Upstream,
  run: BenchRun,
): Promise<Setting> {
  const behind = `${upstream.address(script)}/v1`;
  if (subject === 'direct') return { client: startClient('floor', { baseURL: behind, model, stream }) };
  const door = startProcess({
    file: new URL('./main.ts', import.meta.url),
    args: [subject, behind],
    nodeArgs: run.nodeArgs(`door-${name}-${subject}`),
  });
  const address = await door.ask<Address>('open');
  return { client: startClient('floor', { ...address, stream }), door };
}

async function close({ client, door }: Setting): Promise<void> {
  await client.stop();
  await door?.stop();
}

function loadFor({ atOnce, stream }: GatewayWorkload, script: Script, calls: number): Load {
  const load = loadOf(script, calls, Math.min(atOnce, calls));
  return stream ? load : { ...load, expected: { ...load.expected, pieces: 1 } };
}

interface Metric {
  readonly name: string;
  readonly title: string;
  readonly of: (round: Round) => number;
}

function figuresOf(
  own: readonly Round[],
  all: ReadonlyMap<string, readonly Round[]>,
  { per, looksAt }: GatewayWorkload,
  units: number,
): readonly Figure[] {
  const cpu: Metric = {
    name: 'cpu',
    title: `CPU µs a ${per}`,
    of: ({ door }) => (door?.cpuMicroseconds ?? 0) / units,
  };
  const memory: Metric = {
    name: 'memory',
    title: 'peak memory, MB',
    of: ({ door }) => door?.peakMegabytes ?? 0,
  };
  const wall: Metric = {
    name: 'wall',
    title: `wall µs a ${per}`,
    of: ({ client }) => (client.wallMs * 1_000) / units,
  };
  if (looksAt === 'first token') return addedTimes(own, all.get('direct') ?? []);
  const floor = all.get('floor') ?? [];
  return [cpu, ...(looksAt === 'memory' ? [memory] : []), wall].map(
    (metric): Figure => ({
      metric: metric.name,
      title: metric.title,
      value: spreadOf(own.map(metric.of)),
      toFloor: pairwise(own.map(metric.of), floor.map(metric.of), ratio),
    }),
  );
}

function addedTimes(own: readonly Round[], direct: readonly Round[]): readonly Figure[] {
  return [
    { metric: 'p50', title: 'p50', share: 0.5 },
    { metric: 'p99', title: 'p99', share: 0.99 },
  ].flatMap(({ metric, title, share }): Figure[] => {
    const of = (rounds: readonly Round[]): number[] =>
      rounds.map(({ client }) => quantile(client.firstTokenMs, share));
    return [
      { metric, title: `${title} ms`, value: spreadOf(of(own)) },
      {
        metric: `added-${metric}`,
        title: `added ${title} ms`,
        value: pairwise(of(own), of(direct), difference),
      },
    ];
  });
}
