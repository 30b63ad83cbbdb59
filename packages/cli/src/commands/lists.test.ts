import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applicationOf, echoApplication } from '../application.fixture.ts';
import { fakeIo } from '../fake-io.fixture.ts';
import { closedAddress } from '../http-server.fixture.ts';
import { run } from '../main.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.close());

async function sluice(...argv: string[]) {
  const io = fakeIo();
  return { exitCode: await run(argv, io), io, err: io.stderr.text };
}

describe('a provider that cannot be closed', () => {
  it('spoils no answer', async () => {
    const cwd = applicationOf(
      echoApplication({
        'sluice.config.json': { allow: ['sluice-provider-echo'], providers: { echo: {} } },
        'node_modules/sluice-provider-echo/index.js': `export const create = () => ({
          id: 'echo', capabilities: {}, async listModels() { return [{ id: 'parrot' }]; }, async stream() {},
          async close() { throw new Error('cannot close'); },
        });`,
      }),
    );
    const io = fakeIo({ cwd });
    expect(await run(['models'], io)).toBe(0);
    expect(io.stdout.text).toBe('echo:parrot\n');
    expect(io.stderr.text).toBe('');
  });
});

describe('sluice models', () => {
  it('lists what the upstream has, as --model takes it', async () => {
    const { exitCode, io, err } = await sluice('models', '-u', sandbox.urls.ollama);
    const listed = (await (await fetch(`${sandbox.urls.ollama}/models`)).json()) as {
      data: { id: string }[];
    };
    expect(exitCode).toBe(0);
    expect(io.stdout.lines).toEqual(listed.data.map(({ id }) => `openai-compatible:${id}`));
    expect(err).toBe('');
  });

  it('prints one object a line with --json', async () => {
    const { io } = await sluice('models', '--json', '-u', sandbox.urls.openai);
    expect(JSON.parse(io.stdout.lines[0] ?? '')).toMatchObject({
      id: 'openai-compatible:sandbox',
      provider: 'openai-compatible',
    });
  });

  it('lists the models of the sandbox where no upstream is configured', async () => {
    const { exitCode, io, err } = await sluice('models');
    expect(exitCode).toBe(0);
    const providers = new Set(io.stdout.lines.map((line) => line.split(':', 1)[0]));
    expect([...providers]).toEqual(['any', 'h2o', 'ylokh', 'flowgpt', 'openai-compatible']);
    expect(err).toContain('the embedded sandbox answers');
  });

  it('says who could not be asked, and fails if nothing is left', async () => {
    const { exitCode, io } = await sluice('models', '-u', await closedAddress());
    expect(exitCode).toBe(1);
    expect(io.stdout.text).toBe('');
    expect(io.stderr.lines).toHaveLength(1);
    expect(io.stderr.text).toMatch(
      /openai-compatible could not be asked: no answer from .+: the connection was refused/,
    );
  });
});

const local = {
  use: 'openai-compatible',
  options: { baseURL: 'http://127.0.0.1:1/v1', models: ['llama3:8b'] },
};

describe('sluice models with a configuration', () => {
  it('lists its routes, then what the upstreams list; one that cannot be asked is told', async () => {
    const dead = { use: 'openai-compatible', options: { baseURL: 'http://127.0.0.1:1/v1' } };
    const real = { use: 'openai-compatible', options: { baseURL: sandbox.urls.ollama } };
    const cwd = applicationOf({
      'sluice.config.json': { providers: { local, real, dead }, routes: { fast: ['local:llama3:8b'] } },
    });
    const io = fakeIo({ cwd });
    expect(await run(['models'], io)).toBe(0);
    expect(io.stdout.lines).toEqual([
      'fast',
      'local:llama3:8b',
      'real:sandbox:latest',
      'real:sandbox-reasoner:latest',
    ]);
    expect(io.stderr.text).toMatch(/^sluice: dead could not be asked: .*the connection was refused/);
    const only = fakeIo({ cwd });
    expect(await run(['models', '-p', 'real', '--json'], only)).toBe(0);
    expect(only.stdout.lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([
      'real:sandbox:latest',
      'real:sandbox-reasoner:latest',
    ]);
  });

  it('is a table at a terminal, in colours where it has them', async () => {
    const cwd = applicationOf({
      'sluice.config.json': { providers: { local }, routes: { fast: ['local:llama3:8b'] } },
    });
    const plain = fakeIo({ cwd, terminal: ['stdout'], env: { NO_COLOR: '1' } });
    await run(['models'], plain);
    expect(plain.stdout.text).toMatchInlineSnapshot(`
      "model            known from
      fast             route
      local:llama3:8b  its manifest
      "
    `);
    const coloured = fakeIo({ cwd, terminal: ['stdout'] });
    await run(['models'], coloured);
    expect(coloured.stdout.text).toMatchInlineSnapshot(`
      "[1mmodel[22m            [1mknown from[22m
      fast             [2mroute[22m
      local:llama3:8b  [2mits manifest[22m
      "
    `);
  });
});

describe('sluice providers', () => {
  it('lists what comes with the command, whether its address works, and under which names it is configured', async () => {
    const cwd = applicationOf({ 'sluice.config.json': { providers: { local, h2o: {} } } });
    const io = fakeIo({ cwd });
    expect(await run(['providers'], io)).toBe(0);
    expect(io.stdout.text).toMatchInlineSnapshot(`
      "provider           status     configured as  works  default model                                 default address
      flowgpt            available  -              no     gpt-3.5-turbo                                 https://prod-backend-k8s.flowgpt.com
      h2o                available  h2o            no     h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1  https://gpt-gm.h2o.ai
      openai-compatible  available  local          -      -                                             -
      ylokh              available  -              no     gpt-3.5-turbo                                 https://chatapi.ylokh.xyz/v1
      "
    `);
  });

  it('tells of one that is not trusted how to allow it, and of one that is broken what to do', async () => {
    const files = echoApplication({
      'package.json': {
        name: 'application',
        dependencies: { 'sluice-provider-echo': '*', '@sluice/provider-broken': '*' },
      },
      'node_modules/@sluice/provider-broken/package.json': {
        name: '@sluice/provider-broken',
        version: '2.0.0',
      },
    });
    const cwd = applicationOf(files);
    const io = fakeIo({ cwd, terminal: ['stdout'] });
    expect(await run(['providers'], io)).toBe(0);
    expect(io.stdout.text.replaceAll(cwd, '/app')).toMatchInlineSnapshot(`
      "[1mprovider[22m                 [1mstatus[22m     [1mconfigured as[22m  [1mworks[22m  [1mdefault model[22m                                 [1mdefault address[22m
      echo                     [33mrefused[39m    -              yes    parrot                                        -
      @sluice/provider-broken  [31mbroken[39m     -              -      -                                             -
      flowgpt                  [32mavailable[39m  -              [33mno[39m     gpt-3.5-turbo                                 https://prod-backend-k8s.flowgpt.com
      h2o                      [32mavailable[39m  -              [33mno[39m     h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1  https://gpt-gm.h2o.ai
      openai-compatible        [32mavailable[39m  -              -      -                                             -
      ylokh                    [32mavailable[39m  -              [33mno[39m     gpt-3.5-turbo                                 https://chatapi.ylokh.xyz/v1

      echo: sluice-provider-echo is installed, but not trusted, so its code is not loaded; to use it, name it: allow: ["sluice-provider-echo"]
      @sluice/provider-broken: @sluice/provider-broken cannot be used: it has no manifest under "sluice" in its package.json, so it is no provider (/app/node_modules/@sluice/provider-broken/package.json); update it, or take it out of "allow"
      "
    `);
    expect(io.stderr.text).toBe('');
    const json = fakeIo({ cwd });
    await run(['providers', '--json'], json);
    expect(json.stdout.lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        id: 'echo',
        status: 'refused',
        package: 'sluice-provider-echo',
        version: '1.2.3',
        reason: expect.stringContaining('allow: ["sluice-provider-echo"]'),
        working: true,
        configuredAs: [],
      }),
    );
  });

  it('lists what is installed also where the configuration is wrong, and says so', async () => {
    const cwd = applicationOf({ 'sluice.config.json': { providers: {} } });
    const io = fakeIo({ cwd });
    expect(await run(['providers'], io)).toBe(2);
    expect(io.stdout.lines).toHaveLength(5);
    expect(io.stderr.text).toMatch(/sluice\.config\.json: line 2, providers/);
  });

  it('prints the manifests with --json', async () => {
    const { io } = await sluice('providers', '--json');
    expect(io.stdout.lines.map((line) => JSON.parse(line) as { api: number })).toHaveLength(4);
  });
});
