import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';

let sandbox: Sandbox;
let folder: string;
let count = 0;
beforeAll(async () => {
  sandbox = await createSandbox({ answerTokens: 12 });
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-cassette-'));
});
beforeEach(() => sandbox.reset());
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

const newFile = (): string => {
  count += 1;
  return join(folder, `${count}.jsonl`);
};

async function chat(argv: readonly string[], options: FakeIoOptions = {}) {
  const io = fakeIo(options);
  const exitCode = await run(['chat', ...argv], io);
  return { exitCode, out: io.stdout.text, err: io.stderr.text, lines: io.stderr.lines };
}

const at = (provider: 'h2o' | 'ylokh' | 'flowgpt' | 'openai'): string[] => [
  ...['-p', provider === 'openai' ? 'openai-compatible' : provider, '-u', sandbox.urls[provider]],
  ...(provider === 'openai' ? ['-m', 'sandbox'] : []),
];

describe('a recorded chat is had again, byte for byte', () => {
  it.each<[string, () => readonly string[], (() => void)?]>([
    ['h2o', () => at('h2o')],
    ['ylokh', () => at('ylokh')],
    ['flowgpt', () => at('flowgpt')],
    ['openai-compatible', () => at('openai')],
    ['a model that the server was asked for', () => ['-u', sandbox.urls.openai]],
    ['a whole answer', () => [...at('openai'), '--no-stream']],
    ['the embedded sandbox', () => ['--sandbox-rate', '0']],
    ['the embedded sandbox with a server down', () => ['--sandbox-rate', '0', '--sandbox-down', 'h2o,ylokh']],
    ['an answer that is cut', () => at('ylokh'), () => sandbox.setFault('ylokh', 'clean-close')],
    ['an answer that breaks', () => at('h2o'), () => sandbox.setFault('h2o', 'reset')],
    ['an error in the answer', () => at('openai'), () => sandbox.setFault('openai', 'error-event')],
    ['a refusal', () => at('flowgpt'), () => sandbox.setFault('flowgpt', 'status-401')],
    ['a dead server', () => ['-u', 'http://127.0.0.1:1/v1', '-m', 'x']],
    [
      'a limit of time',
      () => [...at('openai'), '--timeout', '300ms'],
      () => sandbox.setFault('openai', { name: 'stall', parameters: { after: 2 } }),
    ],
  ])('%s', async (_what, argv, prepare) => {
    prepare?.();
    const file = newFile();
    const recorded = await chat([...argv(), '--json', '--record', file, 'Hello, you']);
    const asked = sandbox.requests.length;
    const replayed = await chat(['--json', '--replay', file]);
    expect({ out: replayed.out, exitCode: replayed.exitCode }).toEqual({
      out: recorded.out,
      exitCode: recorded.exitCode,
    });
    expect(recorded.out).toContain('"type"');
    expect(sandbox.requests).toHaveLength(asked);
    expect(replayed.err).not.toContain('differs');
  });

  it('with all its questions', async () => {
    const file = newFile();
    const io = fakeIo({ terminal: ['stdin', 'stdout', 'stderr'] });
    const exit = run(['chat', ...at('ylokh'), '--record', file], io);
    for (const keys of ['First question\r', 'Second question\r', '\u0004']) {
      await io.stdout.next('> ');
      io.stdin.write(keys);
    }
    expect(await exit).toBe(0);
    const replayed = await chat(['--json', '--replay', file]);
    const finished = replayed.out.split('\n').filter((line) => line.includes('"finish"'));
    expect(finished).toHaveLength(2);
  });

  it('from a configuration, with its route and its keys', async () => {
    const home = await mkdtemp(join(folder, 'app-'));
    await writeFile(join(home, 'package.json'), '{"name":"app","dependencies":{}}');
    await writeFile(
      join(home, 'sluice.config.json'),
      JSON.stringify({
        providers: {
          dead: {
            use: 'openai-compatible',
            options: { baseURL: 'http://127.0.0.1:1/v1', defaultModel: 'x' },
          },
          live: {
            use: 'openai-compatible',
            apiKeyEnv: 'LIVE_KEY',
            options: { baseURL: sandbox.urls.openai, defaultModel: 'sandbox' },
          },
        },
        routes: { fast: ['dead', 'live'] },
        default: 'fast',
        strategy: 'ordered',
      }),
    );
    const file = newFile();
    const env = { LIVE_KEY: 'key-of-the-test-0815' };
    const recorded = await chat(['--json', '--record', file, 'Hello'], { cwd: home, env });
    expect(recorded.exitCode).toBe(0);
    expect(recorded.out).toMatch(/"outcome":"network".*"target":"live/);
    expect(await readFile(file, 'utf8')).not.toContain('key-of-the-test-0815');
    // Neither the folder nor the variable is there when it is replayed.
    const replayed = await chat(['--json', '--replay', file]);
    expect(replayed.out).toBe(recorded.out);
  });
});

describe('sluice chat --record', () => {
  it('says what is in the file, and what is not', async () => {
    const file = newFile();
    const { err } = await chat([...at('openai'), '--record', file, 'Hello']);
    expect(err).toContain(
      `recording to ${file}, which only you may read: prompts and answers are in it, credentials are not; look through it before you give it away`,
    );
    const [header = ''] = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(header)).toMatchObject({
      node: process.version,
      packages: { '@sluice/cli': expect.any(String), '@sluice/registry': expect.any(String) },
      about: { command: 'sluice chat' },
    });
  });

  it('leaves out what is said on request, and can still be replayed', async () => {
    const file = newFile();
    const recorded = await chat([...at('h2o'), '--record', file, '--redact-prompts', 'My grandmother']);
    expect(await readFile(file, 'utf8')).not.toMatch(/grandmother|not a language model/);
    const replayed = await chat(['--replay', file]);
    expect(replayed.exitCode).toBe(0);
    expect(replayed.out.length).toBe(recorded.out.length);
    expect(replayed.out).toMatch(/^[x\s]+$/);
  });

  it('leaves no file where nothing was asked', async () => {
    const file = newFile();
    const { exitCode } = await chat([...at('openai'), '--record', file, '-m', 'h2o:x', 'Hello']);
    expect(exitCode).toBe(2);
    await expect(readFile(file)).rejects.toThrow(/ENOENT/);
  });

  it('of a call that failed before its question says so when it is replayed', async () => {
    const file = newFile();
    const recorded = await chat(['-u', 'http://127.0.0.1:1/v1', '--record', file, 'Hello']);
    expect(recorded.exitCode).toBe(1);
    const { exitCode, lines } = await chat(['--replay', file]);
    expect([exitCode, lines.at(-1)]).toEqual([
      2,
      `sluice: ${file} ended before anything was asked; ask: sluice chat --replay ${file} "Hello"`,
    ]);
    // The failure itself is in it.
    const again = await chat(['--replay', file, 'Hello']);
    expect(again.lines.at(-1)).toBe(recorded.lines.at(-1));
  });

  it('does not touch a file that is there', async () => {
    const file = newFile();
    await writeFile(file, 'precious');
    const { exitCode, lines } = await chat([...at('openai'), '--record', file, 'Hello']);
    expect([exitCode, lines]).toEqual([
      1,
      [`sluice: the cassette ${file} cannot be written: it exists already; name another file, or delete it`],
    ]);
    expect(await readFile(file, 'utf8')).toBe('precious');
    expect(sandbox.requests).toHaveLength(0);
  });
});

describe('sluice chat --replay', () => {
  it('answers another question where it can, and says how it differs without its words', async () => {
    const file = newFile();
    await chat([...at('openai'), '--record', file, 'Hello, you']);
    const { exitCode, err } = await chat(['--replay', file, '-m', 'sandbox', 'Something quite else']);
    expect(exitCode).toBe(0);
    expect(err).toContain('body.messages[0].content: 10 characters recorded, 20 sent, the first 0 alike');
    expect(err).not.toContain('quite else');
  });

  it.each<[string, string, string]>([
    ['is damaged', '{"sluice"', 'line 1: it breaks off here; the file is not whole'],
    ['is something else', '[]\n', 'line 1: the line must be an object'],
  ])('of a file that %s ends in one line', async (_what, text, why) => {
    const file = newFile();
    await writeFile(file, text);
    const { exitCode, lines } = await chat(['--replay', file]);
    expect([exitCode, lines]).toEqual([1, [`sluice: the cassette ${file}, ${why}`]]);
  });

  it.each([
    ['nothing', []],
    ['addresses of no kind', [{ upstream: { kind: 'sandbox', addresses: [] }, seed: 1, options: {} }]],
    ['no seed', [{ upstream: { kind: 'sandbox', addresses: {} }, options: {} }]],
  ])('of a cassette that tells %s of its chat ends in one line', async (_what, setups) => {
    const file = newFile();
    const header = { sluice: 'cassette', version: 1, recordedAt: '2026-01-01', node: '', platform: '' };
    const lines = setups.map((value) => ({ type: 'note', atMs: 0, name: 'setup', value }));
    const all = [header, ...lines, { type: 'last', exchanges: 0 }];
    await writeFile(file, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { exitCode, lines: told } = await chat(['--replay', file]);
    expect([exitCode, told]).toEqual([
      2,
      [
        `sluice: ${file} was not recorded by \`sluice chat --record\`; a program replays it with replay() of @sluice/testkit`,
      ],
    ]);
  });

  it.each([
    [['--replay', 'x', '--record', 'y'], /cannot be used with option/],
    [['--replay-timing', 'recorded', 'Hello'], /add --replay <file>/],
    [['--redact-prompts', 'Hello'], /add --record <file>/],
    [['--replay', 'x', '--replay-timing', 'slow'], /Allowed choices are at-once, recorded/],
  ])('%j is refused', async (argv, why) => {
    const { exitCode, lines } = await chat(argv);
    expect(exitCode).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(why);
  });
});
