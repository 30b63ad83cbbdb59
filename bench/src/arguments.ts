import { parseArgs } from 'node:util';

/** The parts, in the order in which they run. */
export const partNames = ['client', 'gateway', 'routing'] as const;

export type PartName = (typeof partNames)[number];

/** What the command line asks for. */
export interface BenchArguments {
  readonly parts: readonly PartName[];
  readonly quick: boolean;
  readonly profile: boolean;
  readonly build: boolean;
  /** Only these workloads and subjects; empty: all. Results of a selection are not kept. */
  readonly workloads: readonly string[];
  readonly subjects: readonly string[];
  /** Missing: as many as the kind of run has. */
  readonly rounds?: number;
}

export const help: string = `usage: npm run bench -- [part…] [options]

Measures ours against what else one could use, on one upstream, in turns.

parts (default: all)
  client            clients on three workloads, each wire, start-up
  gateway           doors before the same upstream
  routing           what a plan costs over 3 to 10,000 targets

options
  --quick           few rounds of small workloads, about a minute; not kept
  --profile         one round of ours and the floor, with CPU profiles in bench/dist/profiles; not kept
  --workloads a,b   only these; not kept
  --subjects a,b    only these, and the floor; not kept
  --rounds n        default 7 (calls 14), with --quick 2
  --no-build        measure the packages as they were built last
  --help

Writes bench/results/latest.json, .md and .svg; a part that was not run stays there as it was.
`;

/** Reads the command line. Throws a `TypeError` that says what is wrong with it; `help`: it asks for help. */
export function readArguments(args: readonly string[]): BenchArguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
      workloads: { type: 'string', default: '' },
      subjects: { type: 'string', default: '' },
      rounds: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.filter((name) => !isPart(name));
  if (unknown.length > 0) {
    throw new TypeError(`no part ${unknown.join(', ')}; there are: ${partNames.join(', ')}`);
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new TypeError('--rounds takes a whole number above 0');
  }
  return {
    parts: partNames.filter((name) => positionals.length === 0 || positionals.includes(name)),
    quick: values.quick,
    profile: values.profile,
    build: values.build,
    workloads: listOf(values.workloads),
    subjects: listOf(values.subjects),
    ...(rounds === undefined ? {} : { rounds }),
  };
}

function isPart(name: string): name is PartName {
  return (partNames as readonly string[]).includes(name);
}

function listOf(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '');
}
