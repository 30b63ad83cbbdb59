import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApplicationFiles, applicationOf, echoApplication } from '../application.fixture.ts';
import { fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

async function chat(files: ApplicationFiles, ...args: readonly string[]) {
  const io = fakeIo({ cwd: applicationOf(files) });
  return { exitCode: await run(['chat', ...args], io), out: io.stdout.text, err: io.stderr.text };
}

const configured = (): ApplicationFiles => ({
  'sluice.config.json': {
    providers: {
      first: { use: 'openai-compatible', options: { baseURL: sandbox.urls.openai, models: ['sandbox'] } },
      second: {
        use: 'openai-compatible',
        options: { baseURL: sandbox.urls.ollama, models: ['sandbox:latest'] },
      },
    },
    routes: { both: { targets: ['first:sandbox', 'second:sandbox:latest'], strategy: 'ordered' } },
    default: 'both',
  },
});

describe('sluice chat with a configuration', () => {
  it('asks what it says, and goes on to its next target', async () => {
    sandbox.setFault('openai', 'status-503');
    const { exitCode, out, err } = await chat(configured(), 'Hello');
    expect(exitCode).toBe(0);
    expect(out).toContain('speaking as');
    expect(err).toMatch(/^sluice: tried first:sandbox: .*\(overloaded/m);
    expect(err).toMatch(/^sluice: second:sandbox:latest answered/m);
    expect(err).not.toContain('embedded sandbox');
  });

  it('asks one of its providers alone', async () => {
    const { exitCode, err } = await chat(configured(), '-p', 'second', '-m', 'sandbox:latest', 'Hello');
    expect(exitCode).toBe(0);
    expect(err).toMatch(/^sluice: second:sandbox:latest answered/m);
    const wrong = await chat(configured(), '-p', 'secnd', 'Hello');
    expect(wrong).toEqual({
      exitCode: 2,
      out: '',
      err: 'sluice: no provider is named "secnd"; did you mean second?\n',
    });
  });

  it('says how to name a model where a provider has none of its own, and takes the only one that is listed', async () => {
    const local = (options: object): ApplicationFiles => ({
      'sluice.config.json': {
        providers: {
          local: { use: 'openai-compatible', options: { baseURL: sandbox.urls.openai, ...options } },
        },
        routes: { fast: ['local'] },
      },
    });
    const unnamed = await chat(local({}), '-m', 'fast', 'Hello');
    expect(unnamed.err).toBe(
      'sluice: local: model is missing: local has no default model; name one with --model, or as options.defaultModel in sluice.config; `sluice models` lists them\n',
    );
    const only = await chat(local({ models: ['sandbox'] }), '-m', 'fast', 'Hello');
    expect(only.err).toMatch(/^sluice: local:sandbox answered/);
    const slip = await chat(local({}), '-m', 'fsat', 'Hello');
    expect(slip.err).toContain('did you mean fast?');
  });

  it('asks another address where one is named', async () => {
    const { err } = await chat(configured(), '-u', sandbox.urls.vllm, '-m', 'sandbox/vllm-8b', 'Hello');
    expect(err).toMatch(/^sluice: openai-compatible:sandbox\/vllm-8b answered/m);
  });

  it('says what is wrong with it, a line each', async () => {
    const { exitCode, out, err } = await chat({ 'sluice.config.json': { providers: {}, sead: 1 } }, 'Hello');
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err.replace(/\S*\/sluice/, 'sluice')).toMatch(
      /^sluice: sluice\.config\.json has 2 mistakes:\n {2}line 2, providers: .+\n {2}line 3, sead: unknown key; did you mean seed\?\n$/,
    );
  });
});

describe('a third party’s provider', () => {
  it('answers at an address once it is allowed, and says how to allow it until then', async () => {
    const args = ['-p', 'echo', '-u', 'http://127.0.0.1:1', 'Hello'];
    const refused = await chat(echoApplication(), ...args);
    expect(refused.exitCode).toBe(2);
    expect(refused.err).toContain('to use it, name it: allow: ["sluice-provider-echo"]');
    const config = { allow: ['sluice-provider-echo'], providers: { h2o: {} } };
    const allowed = await chat(echoApplication({ 'sluice.config.json': config }), ...args);
    expect(allowed).toMatchObject({ exitCode: 0, out: 'echo\n' });
  });
});
