import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type ApplicationFiles, applicationOf, writeFiles } from '../application.fixture.ts';
import { type FakeIo, type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';

const local = {
  use: 'openai-compatible',
  options: { baseURL: 'http://127.0.0.1:1/v1', models: ['llama3:8b'] },
};
const config = { providers: { local, h2o: {} }, routes: { fast: ['local:llama3:8b'] } };
/** Some containers have none. */
const hasIPv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
const keys = [{ name: 'team', env: 'TEAM_KEY' }];
const env = { TEAM_KEY: 'a-key-for-tests-0123456789' };

interface Running {
  readonly io: FakeIo;
  readonly folder: string;
  readonly exitCode: Promise<number>;
  /** The address, once it listens. */
  url(): Promise<string>;
}

/** `sluice serve` in a folder with these files, at any free port. */
function serve(files: ApplicationFiles, args: readonly string[] = [], options: FakeIoOptions = {}): Running {
  const folder = applicationOf(files);
  const io = fakeIo({ cwd: folder, ...options });
  const exitCode = run(['serve', '--port', '0', ...args], io);
  return {
    io,
    folder,
    exitCode,
    async url() {
      const ended = exitCode.then((code) => {
        throw new Error(`it ended with ${code}: ${io.stderr.text}`);
      });
      await Promise.race([io.stderr.written('it runs until Ctrl-C'), ended]);
      return /http:\/\/[\d.]+:\d+/.exec(io.stdout.text)?.[0] ?? '';
    },
  };
}

/** The text without what differs from run to run. */
const settled = (text: string, { folder }: Running): string =>
  text.replaceAll(folder, '/app').replace(/(?<=http:\/\/127\.0\.0\.1:)\d{4,5}/g, '7300');

async function end({ io, exitCode }: Running): Promise<void> {
  io.signal('SIGTERM');
  expect(await exitCode).toBe(0);
  expect(io.listeners()).toBe(0);
}

describe('sluice serve whose new configuration hangs', () => {
  it('serves on, and ends when it is told to', async () => {
    const running = serve({ 'sluice.config.mjs': `export default ${JSON.stringify(config)};` });
    const url = await running.url();
    const hanging = 'globalThis.serveLoads = true; await new Promise(() => {}); export default {};';
    writeFiles(running.folder, { 'sluice.config.mjs': hanging });
    running.io.signal('SIGHUP');
    await expect.poll(() => (globalThis as { serveLoads?: true }).serveLoads).toBe(true);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await end(running);
  });
});

describe('sluice serve tells where it listens', () => {
  it.runIf(hasIPv6)('also at an address of IPv6, with and without its brackets', async () => {
    for (const host of ['::1', '[::1]']) {
      const running = serve({ 'sluice.config.json': config }, ['--host', host]);
      await running.url();
      expect(running.io.stdout.text).toMatch(/^base-url\thttp:\/\/\[::1\]:\d+\/v1$/m);
      await end(running);
    }
  });

  it('in a pipe a word and its value a line', async () => {
    const running = serve({ 'sluice.config.json': { ...config, server: { keys } } }, [], { env });
    await running.url();
    expect(settled(running.io.stdout.text, running)).toMatchInlineSnapshot(`
      "base-url	http://127.0.0.1:7300/v1
      config	/app/sluice.config.json
      key	team
      model	fast
      model	local:llama3:8b
      model	h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1
      model	h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3
      model	h2o:h2oai/h2ogpt-gm-oasst1-en-2048-open-llama-13b
      "
    `);
    await end(running);
    expect(settled(running.io.stderr.text.replace(/^\{.*\n/gm, ''), running)).toMatchInlineSnapshot(`
      "sluice: it runs until Ctrl-C; SIGHUP or a changed configuration reloads it
      sluice: closing: nothing is under way; a second signal ends it at once
      sluice: closed
      "
    `);
  });

  it('at a terminal with two ways to try it', async () => {
    const terminal = ['stdout', 'stderr'] as const;
    const running = serve({ 'sluice.config.json': config }, [], { terminal, env: { NO_COLOR: '1' } });
    const url = await running.url();
    expect(settled(running.io.stdout.text, running)).toMatchInlineSnapshot(`
      "Sluice listens on http://127.0.0.1:7300

        base URL       http://127.0.0.1:7300/v1
        configuration  /app/sluice.config.json
        key            none is needed: only this machine gets in
        models         fast
                       local:llama3:8b
                       h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1
                       h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3
                       h2o:h2oai/h2ogpt-gm-oasst1-en-2048-open-llama-13b

      Point any OpenAI client at it:
        export OPENAI_BASE_URL=http://127.0.0.1:7300/v1 OPENAI_API_KEY=none
      Or ask by hand:
        curl -N http://127.0.0.1:7300/v1/chat/completions -H 'content-type: application/json' \\
          -d '{"model":"fast","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

      "
    `);
    await fetch(`${url}/v1/models`);
    await fetch(`${url}/nowhere`);
    await fetch(`${url}/healthz`);
    await end(running);
    expect(settled(running.io.stderr.text, running).replace(/\d+ ms/g, '5 ms')).toMatchInlineSnapshot(`
      "sluice: it runs until Ctrl-C; SIGHUP or a changed configuration reloads it
      200 answered  GET /v1/models, 5 ms
      404 refused (unknown-path)  GET unknown, 5 ms
      sluice: closing: nothing is under way; a second signal ends it at once
      sluice: closed
      "
    `);
  });

  it('in colours, and with the variable of the key', async () => {
    const terminal = ['stdout', 'stderr'] as const;
    const running = serve({ 'sluice.config.json': { ...config, server: { keys } } }, [], { terminal, env });
    await running.url();
    expect(settled(running.io.stdout.text, running)).toMatchInlineSnapshot(`
      "[1mSluice listens on http://127.0.0.1:7300[22m

        [2mbase URL     [22m  http://127.0.0.1:7300/v1
        [2mconfiguration[22m  /app/sluice.config.json
        [2mkey          [22m  team
        [2mmodels       [22m  fast
        [2m             [22m  local:llama3:8b
        [2m             [22m  h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1
        [2m             [22m  h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3
        [2m             [22m  h2o:h2oai/h2ogpt-gm-oasst1-en-2048-open-llama-13b

      [2mPoint any OpenAI client at it:[22m
        export OPENAI_BASE_URL=http://127.0.0.1:7300/v1 OPENAI_API_KEY="$TEAM_KEY"
      [2mOr ask by hand:[22m
        curl -N http://127.0.0.1:7300/v1/chat/completions -H 'content-type: application/json' \\
          -H "authorization: Bearer $TEAM_KEY" \\
          -d '{"model":"fast","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

      "
    `);
    await end(running);
  });

  it('to a program as JSON', async () => {
    const running = serve({ 'sluice.config.json': config }, ['--json', '--log', 'off']);
    await running.io.stdout.written('\n');
    expect(JSON.parse(running.io.stdout.text)).toEqual({
      type: 'listening',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      baseURL: expect.stringMatching(/\/v1$/),
      config: `${running.folder}/sluice.config.json`,
      routes: ['fast'],
      models: expect.arrayContaining(['local:llama3:8b']),
      providers: [],
      keys: [],
    });
    await end(running);
    expect(running.io.stderr.text).toBe('');
  });
});

describe('sluice serve that cannot start says why in one line', () => {
  async function refusal(running: Running): Promise<string> {
    expect(await running.exitCode).toBe(2);
    expect(running.io.stdout.text).toBe('');
    return settled(running.io.stderr.text, running);
  }

  it('if the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const running = serve({ 'sluice.config.json': config }, ['--port', String(port)]);
    expect(await refusal(running)).toBe(
      `sluice: port ${port} of 127.0.0.1 is taken: stop what listens there, or take another with --port (0: any free one)\n`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('if others could reach it without a key', async () => {
    expect(await refusal(serve({ 'sluice.config.json': config }, ['--host', '0.0.0.0']))).toBe(
      'sluice: 0.0.0.0 can be reached by others, so it needs a key: "server": { "keys": [{ "name": "team", "env": "SLUICE_KEY" }] } in sluice.config; or listen on 127.0.0.1\n',
    );
  });

  it('if the address is not one of this machine', async () => {
    const running = serve(
      { 'sluice.config.json': { ...config, server: { keys } } },
      ['--host', '192.0.2.1'],
      { env },
    );
    expect(await refusal(running)).toBe(
      'sluice: 192.0.2.1 is no address of this machine: --host names one, such as 127.0.0.1\n',
    );
  });

  it.each([
    [
      'a setting is unknown',
      { porrt: 1 },
      'sluice: /app/sluice.config.json: line 20, server.porrt: unknown key; did you mean port?\n',
    ],
    [
      'the variable of a key is not set',
      { keys: [{ name: 'team', env: 'NOT_SET' }] },
      'sluice: /app/sluice.config.json: line 23, server.keys[0].env: the environment variable NOT_SET is not set; it holds the key team\n',
    ],
  ])('if %s', async (_name, server, message) => {
    expect(await refusal(serve({ 'sluice.config.json': { ...config, server } }))).toBe(message);
  });

  it('if the configuration that is named is not there', async () => {
    expect(await refusal(serve({}, ['--config', 'other.json']))).toBe(
      'sluice: /app/other.json: there is no such file\n',
    );
  });
});

/** How many servers listen in this process. One that is closed still counts until the event loop has come round. */
async function openServers(): Promise<number> {
  await new Promise(setImmediate);
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
}

describe('sluice serve while it runs', () => {
  it('tells that a changed configuration is loaded, and what needs a new start', async () => {
    const running = serve({ 'sluice.config.json': config }, ['--log', 'off']);
    const url = await running.url();
    writeFiles(running.folder, {
      'sluice.config.json': { ...config, routes: { other: ['h2o'] }, server: { port: 1234 } },
    });
    await running.io.stderr.written('will change');
    expect(settled(running.io.stderr.text, running)).toContain(
      'sluice: /app/sluice.config.json is loaded anew\nsluice: port will change with the next start\n',
    );
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(data[0]?.id).toBe('other');
    await end(running);
  });

  it('tells every mistake of a broken configuration in a line of its own, and keeps the old one', async () => {
    const running = serve({ 'sluice.config.json': config }, ['--log', 'off']);
    const url = await running.url();
    writeFiles(running.folder, { 'sluice.config.json': { ...config, seed: 'x', retry: { baseMs: '1' } } });
    await running.io.stderr.written('seed');
    expect(settled(running.io.stderr.text, running)).toContain(
      [
        'sluice: not reloaded, the old configuration stays:',
        '  /app/sluice.config.json has 2 mistakes:',
        '  line 21, retry.baseMs: expected a number, got "1"',
        '  line 19, seed: expected a number, got "x"',
        '',
      ].join('\n'),
    );
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(data[0]?.id).toBe('fast');
    await end(running);
  });

  it('keeps its configuration when the file is gone: the sandbox must not answer in its place', async () => {
    const running = serve({ 'sluice.config.json': config }, ['--log', 'off']);
    const url = await running.url();
    await rm(`${running.folder}/sluice.config.json`);
    await running.io.stderr.written('no such file');
    expect(settled(running.io.stderr.text, running)).toContain(
      'stays:\n  /app/sluice.config.json: there is no such file\n',
    );
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(data[0]?.id).toBe('fast');
    await end(running);
  });

  it('takes up a configuration that appears', async () => {
    const running = serve({}, ['--log', 'off']);
    const url = await running.url();
    writeFiles(running.folder, { 'sluice.config.json': config });
    await running.io.stderr.written('is loaded anew');
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(data[0]?.id).toBe('fast');
    await end(running);
  });

  it('ends when its terminal is gone, and leaves nothing of the reload that a SIGHUP asks for', async () => {
    const before = await openServers();
    const running = serve({}, [], { terminal: ['stdout', 'stderr'] });
    await running.url();
    running.io.signal('SIGHUP');
    running.io.stderr.destroy(Object.assign(new Error('write EIO'), { code: 'EIO' }));
    expect(await running.exitCode).toBe(129);
    expect(await openServers()).toBe(before);
  });
});
