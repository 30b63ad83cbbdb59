import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { BenchRun } from '../bench-run.ts';
import { oursFolder, peersFolder } from '../install/folders.ts';
import type { Figure, SubjectResult, WorkloadResult } from '../report/part-result.ts';
import { pairwise, ratio, spreadOf } from '../report/statistics.ts';

interface Imported {
  readonly folder: string;
  readonly names: readonly string[];
}

/** What a program imports that uses the client. */
const imports: { readonly [client: string]: Imported } = {
  floor: { folder: oursFolder, names: ['undici'] },
  sluice: { folder: oursFolder, names: ['@sluice/core', '@sluice/provider-openai-compatible'] },
  'sluice-registry': {
    folder: oursFolder,
    names: ['@sluice/core', '@sluice/provider-openai-compatible', '@sluice/registry'],
  },
  xsai: { folder: peersFolder, names: ['@xsai/stream-text'] },
  openai: { folder: peersFolder, names: ['openai'] },
  ai: { folder: peersFolder, names: ['ai', '@ai-sdk/openai-compatible'] },
};

interface ImportCost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** How long each client takes to be imported, each time in a new process. */
export async function measureImports(run: BenchRun): Promise<WorkloadResult> {
  const names = Object.keys(imports).filter(run.wantsSubject);
  const costs = new Map<string, ImportCost[]>(names.map((name) => [name, []]));
  const rounds = run.rounds * 2 + 1;
  // The first round reads the files from the disk.
  for (let round = -1; round < rounds; round += 1) {
    for (const name of names) {
      const cost = await importOnce(imports[name] as Imported);
      if (round >= 0) costs.get(name)?.push(cost);
    }
  }
  const of = (name: string, metric: keyof ImportCost): number[] =>
    (costs.get(name) ?? []).map((cost) => cost[metric]);
  const figure = (name: string, metric: keyof ImportCost, title: string): Figure => ({
    metric: metric === 'cpuMs' ? 'cpu' : 'wall',
    title,
    value: spreadOf(of(name, metric)),
    toFloor: pairwise(of(name, metric), of('floor', metric), ratio),
  });
  return {
    workload: 'import',
    title: 'import of the client in a new process',
    rounds,
    subjects: names.map(
      (subject): SubjectResult => ({
        subject,
        figures: [figure(subject, 'cpuMs', 'CPU ms'), figure(subject, 'wallMs', 'wall ms')],
      }),
    ),
  };
}

async function importOnce({ folder, names }: Imported): Promise<ImportCost> {
  const loader = pathToFileURL(`${folder}/node_modules/bench-import.mjs`).href;
  const program = `
    import { load } from ${JSON.stringify(loader)};
    const before = process.cpuUsage();
    const startedAt = performance.now();
    for (const name of ${JSON.stringify(names)}) await load(name);
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
  });
  return JSON.parse(stdout) as ImportCost;
}
