/** One check of the repository. */
export interface Step {
  /** The word that names it: `npm test -- lint types`. */
  readonly name: string;
  /** What it holds, for the person who reads the list. */
  readonly holds: string;
  /** A script of the repository, or a command of a development dependency, and its arguments. */
  readonly run: { readonly script: string } | { readonly bin: string; readonly args: readonly string[] };
  /** Steps without which this one has nothing to look at. */
  readonly needs?: readonly string[];
  /** A vitest run: its output is shown while it runs, and its tests are counted. */
  readonly countsTests?: true;
}

// Biome alone ignores NO_COLOR.
const biomeColors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

/** Every check, the quick ones first. */
export const steps: readonly Step[] = [
  {
    name: 'lint',
    holds: 'format and lint rules',
    run: { bin: 'biome', args: ['ci', '--error-on-warnings', biomeColors, '.'] },
  },
  {
    name: 'types',
    holds: 'types of all packages and their tests',
    run: { bin: 'tsc', args: ['-p', 'tsconfig.json'] },
  },
  { name: 'arrows', holds: 'which package may import which', run: { script: 'tooling/arrows/main.ts' } },
  {
    name: 'build',
    holds: 'every package builds',
    run: { bin: 'turbo', args: ['run', 'build', '--output-logs=new-only'] },
  },
  {
    name: 'sizes',
    holds: 'what each package weighs',
    run: { script: 'tooling/sizes/main.ts' },
    needs: ['build'],
  },
  {
    name: 'docs',
    holds: 'manual and reference build, and their links lead somewhere',
    run: { script: 'site/src/main.ts' },
  },
  { name: 'unused', holds: 'no unused file, export or dependency', run: { bin: 'knip', args: [] } },
  {
    name: 'unit',
    holds: 'behaviour, package by package',
    run: { bin: 'vitest', args: ['run', '--config', 'vitest.config.ts'] },
    countsTests: true,
  },
  {
    name: 'pack',
    holds: 'the packed tarballs, installed in an empty folder',
    run: { bin: 'vitest', args: ['run', '--config', 'vitest.pack.config.ts'] },
    needs: ['build'],
    countsTests: true,
  },
];
