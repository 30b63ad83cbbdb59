import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@sluice/registry/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { type FindLocal, initConfig } from '../init/init-config.ts';
import { run } from '../main.ts';
import { createTerminal } from '../terminal/terminal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-init-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
const loaded = async () => (await loadConfig({ cwd: folder }))?.config;

async function init(args: string, options: FakeIoOptions = {}) {
  const io = fakeIo({ cwd: folder, ...options });
  const exitCode = await run(['init', ...args.split(' ').filter((arg) => arg !== '')], io);
  return { exitCode, out: io.stdout.text, err: io.stderr.text };
}

describe('sluice init --yes', () => {
  it('writes a configuration that loads, and says what to do next', async () => {
    const { exitCode, out, err } = await init(
      '--yes -u https://api.example.com/v1 -k EXAMPLE_API_KEY -m large',
    );
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatchInlineSnapshot(`
      "sluice.config.ts is written. Next:
        export EXAMPLE_API_KEY=…  # the key of example, which is not set
        sluice doctor  # asks each target a tiny question
        sluice serve  # one OpenAI-compatible address for all of them
      "
    `);
    expect(await loaded()).toEqual({
      providers: {
        example: {
          use: 'openai-compatible',
          options: { baseURL: 'https://api.example.com/v1', defaultModel: 'large' },
          apiKeyEnv: 'EXAMPLE_API_KEY',
        },
      },
      default: ['example'],
    });
    expect(await readdir(folder)).toEqual(['sluice.config.ts']);
  });

  it('with nothing else writes an example to mend', async () => {
    expect((await init('--yes')).exitCode).toBe(0);
    expect(Object.keys((await loaded())?.providers ?? {})).toEqual(['local']);
  });

  it('says which packages an application still needs', async () => {
    const manifest = { type: 'module', dependencies: { '@sluice/registry': '1' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    const { out } = await init('--yes -p h2o -p ylokh');
    expect(out).toContain('npm install @sluice/provider-h2o @sluice/provider-ylokh  #');
    expect((await loaded())?.default).toEqual(['h2o', 'ylokh']);
  });

  it('does not ask for a key that is set', async () => {
    const { out } = await init('--yes -u https://api.example.com/v1 -k EXAMPLE_API_KEY', {
      env: { EXAMPLE_API_KEY: 'a-real-secret' },
    });
    expect(out).not.toContain('export');
    expect(out + (await file('sluice.config.ts'))).not.toContain('a-real-secret');
  });

  it.each([
    ['{"type":"module"}', '', 'sluice.config.ts'],
    ['{"type":"module"}', '--format js', 'sluice.config.js'],
    ['{}', '', 'sluice.config.mjs'],
    ['{"type":"commonjs"}', '', 'sluice.config.mjs'],
    ['{"type":"commonjs"}', '--format json', 'sluice.config.json'],
  ])('in a package with %s and %j writes what Node will load', async (manifest, flags, name) => {
    await writeFile(join(folder, 'package.json'), manifest);
    expect((await init(`--yes -p h2o ${flags}`)).exitCode).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['package.json', name]);
    expect((await loaded())?.providers).toEqual({ h2o: {} });
  });

  it('overwrites only with --force', async () => {
    await init('--yes -p h2o');
    const before = await file('sluice.config.ts');
    const { exitCode, err } = await init('--yes -p ylokh');
    expect(exitCode).toBe(2);
    expect(err).toBe('sluice: sluice.config.ts is already here; --force overwrites it\n');
    expect(await file('sluice.config.ts')).toBe(before);
    expect((await init('--yes -p ylokh --force')).exitCode).toBe(0);
    expect(await file('sluice.config.ts')).not.toBe(before);
    expect(await readdir(folder)).toEqual(['sluice.config.ts']);
  });

  it('never makes a second configuration beside one', async () => {
    await writeFile(join(folder, 'sluice.config.json'), '{}');
    const { exitCode, err } = await init('--yes --force');
    expect(exitCode).toBe(2);
    expect(err).toContain('sluice.config.json is already here, and two would be an error; remove it first');
    expect(await readdir(folder)).toEqual(['sluice.config.json']);
  });

  it('says why it cannot write', async () => {
    const { exitCode, err } = await init('--yes', { cwd: join(folder, 'gone') });
    expect(exitCode).toBe(2);
    expect(err).toMatch(/sluice\.config\.ts cannot be written \(ENOENT\)/);
  });

  it.each([
    ['-k sk-very-secret-key-1 -u http://127.0.0.1:1/v1', 'and not the key itself', 'very-secret'],
    ['-u http://me:very-secret@127.0.0.1/v1', 'it must not hold a password', 'very-secret'],
    ['-u nowhere', '--base-url: it must be an address', undefined],
    ['-k A_KEY', 'add --base-url', undefined],
    ['-p openai-compatible', 'openai-compatible has no address of its own: add --base-url', undefined],
    ['-p h20', 'did you mean h2o?', undefined],
    ['-p h2o -p ylokh -u http://127.0.0.1:1', '--provider names several', undefined],
    ['-p h2o -u http://127.0.0.1:1 -k A_KEY', 'h2o takes no key', undefined],
    ['--format yaml', 'Allowed choices are ts, js, json', undefined],
  ])('refuses %j and writes nothing', async (flags, message, secret) => {
    const { exitCode, err } = await init(`--yes ${flags}`);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
    if (secret !== undefined) expect(err).not.toContain(secret);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('sluice init where nobody can be asked', () => {
  it('says what to do instead', async () => {
    const { exitCode, err } = await init('');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^sluice: init asks questions, and this is no terminal: add --yes, .+\n$/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('sluice init --find-local', () => {
  const ollama = {
    name: 'ollama',
    title: 'Ollama',
    baseURL: 'http://127.0.0.1:11434/v1',
    start: 'ollama serve',
    models: ['llama3:8b'],
  };

  async function initFinding(find: FindLocal, flags = { yes: true, findLocal: true }) {
    const io = fakeIo({ cwd: folder });
    const exit = initConfig(flags, createTerminal(io), find);
    return { io, exit };
  }

  it('says what it found, and writes that', async () => {
    const { io, exit } = await initFinding(async () => [ollama]);
    expect(await exit).toBe(0);
    expect(io.stderr.text).toBe('sluice: found Ollama at http://127.0.0.1:11434/v1: llama3:8b\n');
    expect((await loaded())?.providers).toEqual({
      ollama: { use: 'openai-compatible', options: { baseURL: ollama.baseURL, defaultModel: 'llama3:8b' } },
    });
  });

  it('says where it looked if nothing is there', async () => {
    const { io, exit } = await initFinding(async () => []);
    expect(await exit).toBe(0);
    expect(io.stderr.text).toMatch(/^sluice: found no Ollama \(port 11434\), LM Studio \(1234\)/);
  });

  it('is the only way to be looked for', async () => {
    const { exit } = await initFinding(() => Promise.reject(new Error('looked')), {
      yes: true,
      findLocal: false,
    });
    expect(await exit).toBe(0);
  });

  it('ends with Ctrl-C and nothing written', async () => {
    const { io, exit } = await initFinding(
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve([]))),
    );
    io.signal('SIGINT');
    expect(await exit).toBe(130);
    expect(io.stderr.text).toMatch(/cancelled: nothing was written\n$/);
    expect(await readdir(folder)).toEqual([]);
    expect(io.listeners()).toBe(0);
  });
});

describe('sluice init at a terminal', () => {
  const enter = '\r';

  /** Somebody who types these keys, each when its question is on the screen. */
  async function asked(...dialogue: readonly (readonly [question: string, keys: string])[]) {
    const io = fakeIo({ cwd: folder, terminal: ['stdin', 'stdout', 'stderr'], env: { TERM: 'dumb' } });
    Object.assign(io.stdin, { setRawMode: () => io.stdin });
    const exit = initConfig({}, createTerminal(io), async () => []);
    for (const [question, keys] of dialogue) {
      await io.stdout.next(question);
      io.stdin.write(keys);
    }
    return { exitCode: await exit, io };
  }

  it('writes what was answered', async () => {
    const { exitCode } = await asked(
      ['Look for model servers', 'n'],
      ['Address of an OpenAI-compatible server', `http://10.0.0.5:8000/v1${enter}`],
      ['holds its key', `VLLM_KEY${enter}`],
      ['Its model', `qwen2.5${enter}`],
      ['Other services', ` ${enter}`],
      ['Address of H2O', `https://chat.example.com${enter}`],
      ['In which language', enter],
    );
    expect(exitCode).toBe(0);
    expect((await loaded())?.providers).toEqual({
      local: {
        use: 'openai-compatible',
        options: { baseURL: 'http://10.0.0.5:8000/v1', defaultModel: 'qwen2.5' },
        apiKeyEnv: 'VLLM_KEY',
      },
      h2o: { options: { baseURL: 'https://chat.example.com' } },
    });
  });

  it('does not take a key for the name of its variable', async () => {
    const { exitCode, io } = await asked(
      ['Look for model servers', 'n'],
      ['Address of an OpenAI-compatible server', `http://10.0.0.5:8000/v1${enter}`],
      ['holds its key', `sk-secret${enter}`],
      ['and not the key itself', '\u0003'],
    );
    expect(exitCode).toBe(130);
    expect(io.stderr.text).toMatch(/cancelled: nothing was written\n$/);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('ends with %s at any question, and nothing is written', async (_name, key) => {
    const { exitCode, io } = await asked(['Look for model servers', 'n'], ['OpenAI-compatible server', key]);
    expect(exitCode).toBe(130);
    expect(await readdir(folder)).toEqual([]);
    expect(io.listeners()).toBe(0);
    expect(io.stdin.listenerCount('keypress')).toBe(0);
  });
});
