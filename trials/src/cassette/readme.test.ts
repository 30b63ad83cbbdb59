import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSandbox } from '@sluice/sandbox';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);

/** The program that a text shows under this name. */
const programIn = (path: string): string =>
  /```ts\n(\/\/ record-and-replay\.ts\n.*?)```/s.exec(readFileSync(new URL(path, root), 'utf8'))?.[1] ?? '';

test('the ten lines of the README and of the guide work as they stand', async () => {
  const program = programIn('packages/testkit/README.md');
  expect(programIn('docs/record-and-replay.md')).toBe(program);
  await using sandbox = await createSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-ten-lines-'));
  try {
    await symlink(fileURLToPath(new URL('trials/node_modules', root)), join(folder, 'node_modules'));
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '--eval', program],
      { cwd: folder, env: { PATH: process.env.PATH, BASE_URL: sandbox.urls.openai } },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const [exitCode] = (await once(child, 'close')) as [number | null];
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'true\n' });
    // It was asked once: the second answer came from the file.
    expect(sandbox.requestsTo({ phase: 'message' })).toHaveLength(1);
    expect(await readFile(join(folder, 'hello.jsonl'), 'utf8')).toContain('"last"');
  } finally {
    await rm(folder, { recursive: true });
  }
});
