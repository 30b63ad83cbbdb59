import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FakeIo, fakeIo, type Typed } from './fake-io.fixture.ts';
import { run } from './main.ts';

const enter = '\r';
const down = '\u001b[B';
const ctrlC = '\u0003';
const ctrlD = '\u0004';
const clearLine = '\u0015';

const sluiceOf = (folder: string): unknown =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).sluice;

describe('at a terminal', () => {
  const person = (...typed: readonly (readonly [after: string, keys: string])[]): readonly Typed[] =>
    typed.map(([after, keys]) => ({ after, keys }));

  test('it asks five questions, and the answers are in the package', async () => {
    const { io, folder, stdout } = fakeIo({
      typed: person(
        ['Name of the package?', `sluice-provider-tide${enter}`],
        ['Id of the provider', enter],
        ['How does the service answer?', `${down}${enter}`],
        ['Address of its API?', `https://tide.example/api${enter}`],
        ['Does it need a key?', `n`],
      ),
    });
    expect(await run([], io)).toBe(0);
    expect(sluiceOf(join(folder, 'sluice-provider-tide'))).toMatchObject({
      id: 'tide',
      title: 'Tide',
      factory: 'createTide',
      needsAuth: false,
      options: { properties: { baseURL: { default: 'https://tide.example/api' } } },
    });
    const decoder = readFileSync(join(folder, 'sluice-provider-tide', 'src', 'answer-decoder.ts'), 'utf8');
    expect(decoder).toContain('JsonLinesDecoder');
    expect(stdout()).toContain('Wrote sluice-provider-tide (22 files)');
  });

  test('what is given is not asked', async () => {
    const { io, folder, stdout } = fakeIo({ typed: person(['Does it need a key?', enter]) });
    const argv = [
      'tide',
      '--name',
      'tide',
      '--id',
      'tide',
      '--protocol',
      'sse',
      '--base-url',
      'http://10.0.0.1',
    ];
    expect(await run(argv, io)).toBe(0);
    expect(stdout()).not.toMatch(/Name of|Id of|How does|Address/);
    expect(readdirSync(folder)).toEqual(['tide']);
  });

  test('a name that cannot be used is asked for again, with one that would do', async () => {
    const { io, folder, stdout } = fakeIo({
      typed: person(
        ['Name of the package?', `My Tide!${enter}`],
        ['my-tide', `${clearLine}my-tide${enter}`],
        ['Id of the provider', enter],
        ['How does the service answer?', enter],
        ['Address of its API?', enter],
        ['Does it need a key?', enter],
      ),
    });
    expect(await run([], io)).toBe(0);
    expect(stdout()).toContain('npm takes lower-case letters');
    expect(readdirSync(folder)).toEqual(['my-tide']);
  });

  test.each([
    ['Ctrl-C', ctrlC, 'Name of the package?'],
    ['Ctrl-C', ctrlC, 'How does the service answer?'],
    ['Ctrl-C', ctrlC, 'Does it need a key?'],
    ['Ctrl-D', ctrlD, 'Name of the package?'],
    ['Ctrl-D', ctrlD, 'Does it need a key?'],
  ])('%s (%j) at "%s" writes nothing', async (_name, key, question) => {
    const { io, folder, stdout } = fakeIo({
      typed: person(
        ...['Name of the package?', 'Id of the provider', 'How does the service answer?']
          .concat('Address of its API?', 'Does it need a key?')
          .map((after): [string, string] => [after, after === question ? key : enter]),
      ),
    });
    expect(await run([], io)).toBe(130);
    expect(stdout()).toContain('Nothing was written.');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('without a terminal', () => {
  test('--yes takes the defaults, made of the folder', async () => {
    const { io, folder } = fakeIo();
    expect(await run(['Tide', '--yes'], io)).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'Tide', 'package.json'), 'utf8'))).toMatchObject({
      name: 'sluice-provider-tide',
      sluice: { id: 'tide', needsAuth: false },
    });
  });

  test('all answers as flags need no --yes', async () => {
    const { io, folder } = fakeIo();
    const argv = [
      '--name',
      '@a/tide',
      '--id',
      'tide',
      '--protocol',
      'multi-step',
      '--base-url',
      'http://a.b',
      '--key',
    ];
    expect(await run(argv, io)).toBe(0);
    expect(sluiceOf(join(folder, 'tide'))).toMatchObject({ needsAuth: true });
  });

  test('missing answers are named', async () => {
    const { io, folder, stderr } = fakeIo();
    expect(await run(['tide', '--id', 'tide', '--no-key'], io)).toBe(2);
    expect(stderr()).toBe(
      'create-sluice-provider: there is no terminal to ask at: give --name, --protocol, --base-url, or --yes for the defaults\n',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each<[readonly string[], string]>([
    [['--name', 'Tide Chat'], '--name: npm takes lower-case letters'],
    [['--id', 'Tide_Chat'], 'tide-chat would do'],
    [['--protocol', 'json'], '--protocol: there are sse, json-lines, multi-step; json-lines would do'],
    [['--base-url', 'tide.example/api'], 'https://tide.example/api would do'],
    [
      ['--base-url', 'https://me:secret@tide.example'],
      '--base-url: an address in a package must hold no password',
    ],
    [['--title', '"Tide"'], 'Tide would do'],
    [['--folder', 'x'], "unknown option '--folder'"],
  ])('%j is refused, and nothing is written', async (argv, says) => {
    const { io, folder, stderr } = fakeIo();
    expect(await run([...argv, '--yes'], io)).toBe(2);
    expect(stderr()).toContain(says);
    expect(stderr()).not.toContain('secret');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('--help shows every option, with examples', async () => {
    const { io, stdout } = fakeIo();
    expect(await run(['--help'], io)).toBe(0);
    expect(stdout()).toContain('npm create sluice-provider weather -- --protocol json-lines');
    for (const flag of [
      '--name',
      '--id',
      '--title',
      '--protocol',
      '--base-url',
      '--no-key',
      '--yes',
      '--force',
    ]) {
      expect(stdout()).toContain(flag);
    }
  });
});

describe('the folder', () => {
  function withNotes(): FakeIo {
    const world = fakeIo();
    mkdirSync(join(world.folder, 'tide'));
    writeFileSync(join(world.folder, 'tide', 'README.md'), 'notes');
    writeFileSync(join(world.folder, 'tide', 'notes.md'), 'notes');
    return world;
  }

  test('one that is not empty is refused, and stays as it is', async () => {
    const { io, folder, stderr } = withNotes();
    expect(await run(['tide', '--yes'], io)).toBe(2);
    expect(stderr()).toContain('tide is not empty (README.md and 1 more): choose another folder, or --force');
    expect(readdirSync(join(folder, 'tide')).sort()).toEqual(['README.md', 'notes.md']);
    expect(readFileSync(join(folder, 'tide', 'README.md'), 'utf8')).toBe('notes');
  });

  test('a file of that name is refused before five questions are asked', async () => {
    const { io, stderr } = withNotes();
    expect(await run(['tide/notes.md', '--yes'], io)).toBe(2);
    expect(stderr()).toContain('notes.md is a file: choose another folder');
  });

  test('with --force the package comes beside what is there', async () => {
    const { io, folder } = withNotes();
    expect(await run(['tide', '--yes', '--force'], io)).toBe(0);
    expect(readFileSync(join(folder, 'tide', 'notes.md'), 'utf8')).toBe('notes');
    expect(readFileSync(join(folder, 'tide', 'README.md'), 'utf8')).toContain('# sluice-provider-tide');
  });

  test('a new repository counts as empty, and the working folder needs no cd', async () => {
    const { io, folder, stdout } = fakeIo();
    mkdirSync(join(folder, '.git'));
    expect(await run(['.', '--name', 'tide', '--yes'], io)).toBe(0);
    expect(readdirSync(folder)).toContain('package.json');
    expect(stdout()).not.toContain('  cd ');
  });
});

test.each([
  ['npm/11.19.1 node/v24.21.0 linux x64', ['npm install', 'npm start -- "Hello"', 'npm test']],
  ['pnpm/12.21.0 npm/? node/v24.21.0', ['pnpm install', 'pnpm start "Hello"', 'pnpm test']],
  ['yarn/4.9.0 npm/? node/v24.21.0', ['yarn install', 'yarn start "Hello"', 'yarn test']],
  [undefined, ['npm install', 'npm start -- "Hello"', 'npm test']],
])(
  'the next steps are those of the package manager that runs it: %s',
  async (npm_config_user_agent, steps) => {
    const { io, stdout } = fakeIo({ env: { npm_config_user_agent } });
    expect(await run(['the tide', '--yes'], io)).toBe(0);
    const lines = stdout().split('\n');
    expect(lines).toContain('  cd "the tide"');
    for (const step of steps) expect(lines.some((line) => line.startsWith(`  ${step}`))).toBe(true);
  },
);
