import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Copy, DockerfileParser, type From } from 'dockerfile-ast';

/** The root of the repository. */
export const repository: string = fileURLToPath(new URL('../../../../', import.meta.url));

/** The Dockerfile as it stands. */
export const dockerfile: string = readFileSync(`${repository}Dockerfile`, 'utf8');

/** One instruction, with its continued lines joined. */
export interface Step {
  readonly keyword: string;
  /** Without flags such as `--mount`. */
  readonly words: string;
  /** Names a stage that it copies from. */
  readonly from: string | undefined;
}

/** One `FROM` and what follows it. */
export interface Stage {
  readonly name: string;
  readonly image: string;
  readonly steps: readonly Step[];
}

/** Reads the stages of a Dockerfile. */
export function stagesOf(text: string): readonly Stage[] {
  const stages: { name: string; image: string; steps: Step[] }[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') {
      const from = instruction as From;
      stages.push({ name: from.getBuildStage() ?? '', image: from.getImage() ?? '', steps: [] });
      continue;
    }
    const from = keyword === 'COPY' ? (instruction as Copy).getFromFlag()?.getValue() : undefined;
    const words = (instruction.getArgumentsContent() ?? '')
      .replace(/\\\r?\n/g, '')
      .replace(/^(--(mount|from)=\S+\s+)+/, '');
    stages.at(-1)?.steps.push({ keyword, words, from: from ?? undefined });
  }
  return stages;
}

/** The files of the repository that a build sees: committed, and not kept out by `.dockerignore`, whose last word counts. */
export function buildContext(): readonly string[] {
  const rules = readFileSync(`${repository}.dockerignore`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isKept: line.startsWith('!'), glob: line.replace(/^!/, '') }));
  const tracked = execFileSync('git', ['ls-tree', '-r', '--name-only', 'HEAD'], {
    cwd: repository,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  // To Docker a leading dot is a character like any other.
  const plain = (path: string): string => path.replace(/(^|\/)\./g, '$1_');
  return tracked.filter((name) => {
    const file = plain(name);
    const last = rules.findLast(({ glob }) => matchesGlob(file, glob) || matchesGlob(file, `${glob}/**`));
    return last?.isKept ?? true;
  });
}
