import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSandbox } from '@sluice/sandbox';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('the first program of the README streams an answer', async () => {
  await using sandbox = await createSandbox();
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, program = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
    env: { ...process.env, BASE_URL: sandbox.urls.ylokh },
  });
  expect(stdout).toBe(sandbox.requests.at(-1)?.answer);
});
