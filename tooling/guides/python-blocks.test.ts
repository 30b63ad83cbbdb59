import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../workspace/packages.ts';
import { readBlocks } from './read-guide.ts';

// Python is shown for people who come from there. What it calls is not installed here: it is read by Python, and not run.

const folder = join(repositoryRoot, 'docs', 'guide');
const blocks = readdirSync(folder).flatMap((name) =>
  readBlocks(readFileSync(join(folder, name), 'utf8'))
    .filter(({ language }) => language === 'python')
    .map(({ text }) => ({ name, line: text.split('\n', 1)[0] ?? '', text })),
);

/** Loops over answers stand at the top, as in a notebook. */
const program = 'import ast, sys; compile(sys.stdin.read(), "block", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)';
const hasPython = spawnSync('python3', ['--version']).status === 0;

test.runIf(hasPython).each(blocks)(
  `$name: Python reads "$line"${hasPython ? '' : ' (skipped: there is no python3)'}`,
  ({ text }) => {
    const { stderr } = spawnSync('python3', ['-c', program], { input: text, encoding: 'utf8' });
    expect(stderr).toBe('');
  },
);
