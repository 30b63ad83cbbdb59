import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { followGuide } from './follow-guide.ts';
import { readGuide } from './read-guide.ts';

const nothing = { install: async (): Promise<void> => {}, creator: 'false' };

/** Follows a guide that is made of these blocks, in an empty folder. */
async function follow(...blocks: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-guide-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return {
    folder,
    written: await followGuide(readGuide(blocks.join('\n\n`a/b.txt`, a terminal\n\n')), folder, nothing),
  };
}

test('files are written where the reader stands, and commands run there', async () => {
  const { folder, written } = await follow(
    '```sh\nmkdir app\ncd app\n```',
    '```txt [a/b.txt]\nhello\n```',
    '```sh\ncat a/b.txt\n```',
    '```text\nhel…\n```',
  );
  expect(written).toEqual([{ folder: join(folder, 'app'), name: 'a/b.txt' }]);
  expect(await readFile(join(folder, 'app', 'a', 'b.txt'), 'utf8')).toBe('hello\n');
});

test('an output that is not as the guide shows it is told with what came', async () => {
  await expect(follow('```sh\necho one\n```', '```text\ntwo\n```')).rejects.toThrow(
    /shows\n {2}two\n.*\none/s,
  );
});

test('a command that fails is told', async () => {
  await expect(follow('```sh\nfalse\n```')).rejects.toThrow('"false" ended with 1');
});

test('what a terminal shows later is waited for', async () => {
  const server = 'mkfifo told; echo ready; cat told';
  await follow(
    `\`\`\`sh [server]\n${server}\n\`\`\``,
    '```text\nready\n```',
    '```sh\necho gone > told\n```',
    '```text [server]\ngone\n```',
  );
});

test('a terminal that ends without what is shown is told', async () => {
  const guide = follow('```sh [server]\necho up\n```', '```text\nready\n```');
  await expect(guide).rejects.toThrow(/ended with 0 without\n {2}ready\nand showed:\nup/);
});
