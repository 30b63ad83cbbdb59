import { execFile } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPackages } from '../workspace/packages.ts';
import { type Installation, packAndInstall } from './packed-packages.ts';
import { typeCheckAsUser } from './type-check.ts';

// A provider that somebody built against the first published contract, beside the packages of today.

const name = 'sluice-provider-first-contract';
const run = promisify(execFile);

let installation: Installation;

beforeAll(async () => {
  const ours = ['@sluice/core', '@sluice/registry'];
  installation = await packAndInstall(readPackages().filter(({ manifest }) => ours.includes(manifest.name)));
  const { folder, packed } = installation;
  await cp(join(import.meta.dirname, 'fixtures', 'first-contract'), join(folder, 'node_modules', name), {
    recursive: true,
  });
  const dependencies = Object.fromEntries([...packed.keys(), name].map((each) => [each, '*']));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', type: 'module', dependencies }),
  );
});

afterAll(() => installation?.remove());

/** Runs a program in the application; what it gives to `tell` comes back. */
async function inApplication(program: string): Promise<unknown> {
  const code = `const tell = (value) => process.stdout.write(JSON.stringify(value));\n${program}`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: installation.folder,
  });
  return JSON.parse(stdout);
}

/** The other side of its wire: one answer at once, one in two steps, a refusal, a cut. */
const upstream = `
  import { createServer } from 'node:http';
  const answers = {
    '/say': 'data: "one "\\n\\ndata: "shot"\\n\\ndata: end\\n\\n',
    '/open': '{"ticket":"t1"}',
    '/say/t1': 'data: "two "\\n\\ndata: "steps"\\n\\ndata: end\\n\\n',
    '/cut/say': 'data: "one "\\n\\n',
  };
  const server = createServer((request, response) => {
    request.resume();
    const answer = answers[request.url];
    response.statusCode = answer === undefined ? 418 : 200;
    response.end(answer ?? 'short and stout');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseURL = 'http://127.0.0.1:' + server.address().port;
  const { discoverProviders } = await import('@sluice/registry/discovery');
  const { createRegistry } = await import('@sluice/registry');
  const { providers, diagnostics } = await discoverProviders({ from: process.cwd(), allow: ['${name}'] });
  const found = providers.find(({ packageName }) => packageName === '${name}');
  const ask = (provider, model) =>
    provider.stream({ model, messages: [{ role: 'user', content: 'hello' }] }).then((stream) => stream.result());
`;

test('it is found, loaded and answers, in one step and in two', async () => {
  const told = await inApplication(`
    ${upstream}
    const registry = createRegistry({ providers: [await found.load({ baseURL })] });
    const one = await ask(registry, '1');
    const two = await ask(registry, 'first-contract:two-step');
    const models = (await registry.listModels()).map(({ id }) => id);
    tell({ status: found.status, diagnostics, one: one.text, usage: one.usage, two: two.text, models });
    await registry.close();
    server.close();
  `);
  expect(told).toEqual({
    status: 'available',
    diagnostics: [],
    one: 'one shot',
    usage: { outputTokens: 2 },
    two: 'two steps',
    models: expect.arrayContaining(['first-contract:one-shot', 'first-contract:two-step']),
  });
});

test('its errors mean what they meant: its own reading of a status, and a cut answer', async () => {
  const told = await inApplication(`
    ${upstream}
    const codeOf = (promise) => promise.then(() => 'no error', ({ code, partial }) => [code, partial?.text]);
    const { provider: cut } = await found.load({ baseURL: baseURL + '/cut' });
    const { provider: gone } = await found.load({ baseURL: baseURL + '/gone' });
    tell([await codeOf(ask(cut, 'one-shot')), await codeOf(ask(gone, 'one-shot')), await codeOf(ask(gone, 'two-step'))]);
    await Promise.all([cut.close(), gone.close()]);
    server.close();
  `);
  expect(told).toEqual([
    ['truncated', 'one '],
    ['overloaded', null],
    ['invalid-request', null],
  ]);
});

test('one that imports nothing of ours takes part in failover, and its error is known by its brand', async () => {
  const told = await inApplication(`
    const { createAlone } = await import('${name}/alone');
    const { createRegistry } = await import('@sluice/registry');
    const registry = createRegistry({
      providers: [
        createAlone({ id: 'broken', fail: 'server-error' }),
        createAlone({ id: 'newer', fail: 'a-code-of-tomorrow' }),
        createAlone({ id: 'whole', words: ['well ', 'done'] }),
      ],
      routes: { any: { targets: ['broken:only', 'newer:only', 'whole:only'], strategy: 'ordered' } },
      retry: { maxWaitMs: 0 },
    });
    const stream = await registry.stream({ model: 'any', messages: [{ role: 'user', content: 'hello' }] });
    const { text } = await stream.result();
    tell({ text, attempts: stream.route.attempts.map(({ target, outcome }) => [target, outcome]) });
    await registry.close();
  `);
  expect(told).toEqual({
    text: 'well done',
    attempts: [
      ['broken:only', 'server-error'],
      ['newer:only', 'server-error'],
      ['whole:only', 'served'],
    ],
  });
});

test('a program that uses it type-checks against the declarations of today', async () => {
  const program = join(installation.folder, 'user.ts');
  await writeFile(
    program,
    `
    import { createRegistry } from '@sluice/registry';
    import { createAlone } from '${name}/alone';
    import { createFirst } from '${name}';
    export const registry = createRegistry({
      providers: [createFirst({ baseURL: 'http://127.0.0.1:1' }), createAlone({ id: 'alone', words: ['hello'] })],
    });
    `,
  );
  await typeCheckAsUser(installation.folder, [program]);
});
