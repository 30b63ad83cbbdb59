import type { BenchRun } from '../bench-run.ts';
import { type Process, startProcess } from '../process/start-process.ts';
import type { Figure, SubjectResult, WorkloadResult } from '../report/part-result.ts';
import { difference, pairwise, ratio, spreadOf } from '../report/statistics.ts';
import { textOf } from '../upstream/answer-text.ts';
import { type Script, scripts } from '../upstream/scripts.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import type { Address } from './client.ts';
import type { Load, LoadCost } from './load.ts';
import { type ClientWorkload, clientWorkloads } from './workloads.ts';

/** Every workload, its clients in turns: A B C, A B C, … */
export async function measureClients(run: BenchRun): Promise<readonly WorkloadResult[]> {
  const upstream = await startUpstream();
  try {
    const results: WorkloadResult[] = [];
    for (const workload of clientWorkloads) {
      if (run.wantsWorkload(workload.name)) results.push(await measure(workload, upstream, run));
    }
    return results;
  } finally {
    await upstream.stop();
  }
}

/** Starts a client's process. */
export function startClient(name: string, address: Address, nodeArgs: readonly string[] = []): Process {
  return startProcess({
    file: new URL('./main.ts', import.meta.url),
    args: [name, JSON.stringify(address)],
    nodeArgs,
  });
}

/** A load whose answers are known, since the script that gives them is. */
export function loadOf(script: Script, calls: number, atOnce: number): Load {
  const text = textOf(script.tokens);
  return {
    calls,
    atOnce,
    expected: { text, pieces: script.tokens, leastBytes: text.length + script.tokens * 20 },
  };
}

async function measure(workload: ClientWorkload, upstream: Upstream, run: BenchRun): Promise<WorkloadResult> {
  const { name, script, fresh } = workload;
  const names = workload.clients.filter(run.wantsSubject);
  const calls = workload.calls === 1 ? 1 : Math.round(workload.calls * run.scale);
  const atOnce = Math.min(workload.atOnce, calls);
  const rounds = workload.per === 'call' ? run.callRounds : run.rounds;
  const load = loadOf(scripts[script], calls, atOnce);
  const costs = new Map<string, LoadCost[]>(names.map((client) => [client, []]));
  const kept = new Map<string, Process>();
  const warmUps = workload.per === 'call' ? run.callWarmUps : run.warmUps;
  const wire = scripts[script].wire === 'openai' ? '/v1' : '';

  const warm = async (client: string): Promise<Process> => {
    const address: Address = { baseURL: upstream.address(script) + wire, model: 'bench-model' };
    const process = startClient(client, address, run.nodeArgs(`${name}-${client}`));
    if (fresh) await process.ask('run', { ...load, calls: 50, atOnce: 50 });
    else for (let times = 0; times < warmUps; times += 1) await process.ask('run', load);
    return process;
  };

  try {
    for (let round = 0; round < rounds; round += 1) {
      run.tell(`client ${name}: round ${round + 1} of ${rounds}`);
      for (const client of names) {
        const process = kept.get(client) ?? (await warm(client));
        kept.set(client, process);
        costs.get(client)?.push(await process.ask<LoadCost>('run', load));
        if (!fresh) continue;
        kept.delete(client);
        await process.stop();
      }
    }
  } finally {
    await Promise.all([...kept.values()].map((process) => process.stop()));
  }

  const floor = costs.get(workload.floor) ?? [];
  const units = workload.per === 'call' ? calls : calls * scripts[script].tokens;
  const subjects = names.map(
    (client): SubjectResult => ({
      subject: client,
      figures: [
        ...metrics(workload.per, fresh ?? false).map((metric): Figure => {
          const values = (costs.get(client) ?? []).map((cost) => metric.of(cost, units));
          const base = floor.map((cost) => metric.of(cost, units));
          return {
            metric: metric.name,
            title: metric.title,
            value: spreadOf(values),
            toFloor: pairwise(values, base, ratio),
          };
        }),
        ...(client === 'sluice-registry' && names.includes('sluice')
          ? [addedByRegistry(costs, workload.per, units)]
          : []),
      ],
    }),
  );
  return { workload: name, title: workload.title, rounds, subjects };
}

/** What the registry costs on top of the provider: in each call microseconds, in each token a share. */
function addedByRegistry(
  costs: ReadonlyMap<string, readonly LoadCost[]>,
  per: 'call' | 'token',
  units: number,
): Figure {
  const of = (client: string): number[] =>
    (costs.get(client) ?? []).map((cost) => cost.cpuMicroseconds / units);
  const direct = of('sluice');
  const routed = of('sluice-registry');
  return per === 'call'
    ? { metric: 'added', title: 'added CPU µs a call', value: pairwise(routed, direct, difference) }
    : {
        metric: 'added',
        title: 'added CPU %',
        value: pairwise(routed, direct, (value, base) => (value / base - 1) * 100),
      };
}

interface Metric {
  readonly name: string;
  readonly title: string;
  readonly of: (cost: LoadCost, units: number) => number;
}

function metrics(per: 'call' | 'token', memory: boolean): readonly Metric[] {
  return [
    { name: 'cpu', title: `CPU µs a ${per}`, of: (cost, units) => cost.cpuMicroseconds / units },
    { name: 'wall', title: `wall µs a ${per}`, of: (cost, units) => (cost.wallMs * 1_000) / units },
    ...(memory
      ? [{ name: 'memory', title: 'peak memory, MB', of: (cost: LoadCost) => cost.peakMegabytes }]
      : []),
  ];
}
