import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const providers = new Set(io.stdout.lines.map((line) => line.slice(0, line.indexOf(':'))));
    expect([...providers]).toEqual(['h2o', 'ylokh', 'flowgpt', 'openai-compatible']);
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

describe('sluice providers', () => {
  it('lists the providers with their default models and addresses', async () => {
    const { exitCode, io } = await sluice('providers');
    expect(exitCode).toBe(0);
    expect(io.stdout.lines.map((line) => line.split(/\s+/)[0])).toEqual([
      'provider',
      'h2o',
      'ylokh',
      'flowgpt',
      'openai-compatible',
    ]);
    expect(io.stdout.text).toMatch(/^openai-compatible +- +none: give --base-url$/m);
    expect(io.stdout.text).toMatch(/^flowgpt +gpt-3.5-turbo +https:.+ \(does not answer today\)$/m);
  });

  it('prints the manifests with --json', async () => {
    const { io } = await sluice('providers', '--json');
    expect(io.stdout.lines.map((line) => JSON.parse(line) as { api: number })).toHaveLength(4);
  });
});
