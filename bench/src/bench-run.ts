import { join } from 'node:path';
import type { BenchArguments } from './arguments.ts';
import { scratchFolder } from './install/folders.ts';

/** What every part has to know of the run. */
export interface BenchRun {
  readonly rounds: number;
  /** Of calls there are more: a round of them is short, and many short rounds say more on a machine that others use as well. */
  readonly callRounds: number;
  /** How often a whole workload is run before it counts. */
  readonly warmUps: number;
  /** The same for a workload of calls, which is short: a few thousand calls are not enough for all of the code to be compiled. */
  readonly callWarmUps: number;
  /** By how much workloads are made smaller. */
  readonly scale: number;
  readonly wantsWorkload: (name: string) => boolean;
  /** The floor is always wanted: without it there is nothing to compare with. */
  readonly wantsSubject: (name: string) => boolean;
  /** Arguments of Node for the process that is measured. */
  readonly nodeArgs: (name: string) => readonly string[];
  readonly tell: (line: string) => void;
}

/** Where `--profile` writes. */
export const profilesFolder: string = join(scratchFolder, 'profiles');

/** Workloads beside those of the specification. */
const extras: ReadonlySet<string> = new Set(['chunks']);

const ourOwn = /^(?:floor|sluice)/;

export function benchRun(args: BenchArguments, tell: (line: string) => void): BenchRun {
  const { quick, profile, workloads, subjects } = args;
  const rounds = args.rounds ?? (profile ? 1 : quick ? 2 : 7);
  return {
    rounds,
    callRounds: profile || quick ? rounds : rounds * 2,
    warmUps: quick ? 1 : 4,
    callWarmUps: quick ? 1 : 20,
    scale: quick ? 0.2 : 1,
    wantsWorkload: (name) =>
      workloads.length === 0 ? !(quick && extras.has(name)) : workloads.includes(name),
    wantsSubject: (name) =>
      name.startsWith('floor') ||
      (subjects.length === 0 ? !profile || ourOwn.test(name) : subjects.includes(name)),
    nodeArgs: (name) =>
      profile ? ['--cpu-prof', `--cpu-prof-dir=${profilesFolder}`, `--cpu-prof-name=${name}.cpuprofile`] : [],
    tell,
  };
}

/** Whether the figures are those of the whole benchmark, and so worth keeping. */
export function isWhole({ quick, profile, workloads, subjects }: BenchArguments): boolean {
  return !quick && !profile && workloads.length === 0 && subjects.length === 0;
}
