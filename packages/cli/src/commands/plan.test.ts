import { createSandbox } from '@sluice/sandbox';
import { describe, expect, it } from 'vitest';
import { applicationOf } from '../application.fixture.ts';
import { type FakeIo, type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';

const upstream = (more: object = {}) => ({
  use: 'openai-compatible',
  options: { baseURL: 'http://127.0.0.1:1/v1', models: ['llama3:8b'] },
  ...more,
});

const config = {
  providers: {
    local: upstream({ cost: 0.4 }),
    spare: upstream({ weight: 2 }),
    long: upstream(),
    off: upstream({ disabled: 'its machine is being moved' }),
  },
  routes: {
    fast: {
      targets: ['local:llama3:8b', 'spare:llama3:8b', 'long:llama3:8b', 'off:llama3:8b'],
      conditions: { 'long:llama3:8b': { minInputChars: 100 } },
      maxAttempts: 2,
    },
    none: ['off:llama3:8b'],
  },
  seed: 7,
};

async function plan(
  args: readonly string[],
  options: FakeIoOptions & { readonly files?: object } = {},
): Promise<{ readonly exitCode: number; readonly io: FakeIo }> {
  const cwd = applicationOf({ 'sluice.config.json': config, ...options.files });
  const io = fakeIo({ cwd, ...options });
  return { exitCode: await run(['plan', ...args], io), io };
}

describe('sluice plan', () => {
  it('shows who would be asked in which order, what was compared, and why the others are left out', async () => {
    const { exitCode, io } = await plan(['-m', 'fast']);
    expect(exitCode).toBe(0);
    expect(io.stdout.text).toMatchInlineSnapshot(`
      "fast by balanced: spare:llama3:8b would be asked first

         target           score  why
      1  spare:llama3:8b    0.5  untried, 100 % good, 0 waiting; better than local:llama3:8b (untried, 100 % good, 0 waiting) [firstTokenMs 1, successRate 1, awaiting 0, dearness 1, weight 2]
      2  local:llama3:8b      1  untried, 100 % good, 0 waiting [firstTokenMs 1, successRate 1, awaiting 0, dearness 1, weight 1]
      x  long:llama3:8b          takes requests of 100 characters and more, this has 5
      x  off:llama3:8b           disabled: its machine is being moved
      "
    `);
    expect(io.stderr.text).toBe('');
  });

  it('in colours at a terminal', async () => {
    const { io } = await plan(['-m', 'fast'], { terminal: ['stdout'] });
    expect(io.stdout.text).toMatchInlineSnapshot(`
      "[1mfast by balanced: spare:llama3:8b would be asked first[22m

         [2mtarget[22m           [2mscore[22m  [2mwhy[22m
      [32m1[39m  [32mspare:llama3:8b[39m    0.5  untried, 100 % good, 0 waiting; better than local:llama3:8b (untried, 100 % good, 0 waiting) [firstTokenMs 1, successRate 1, awaiting 0, dearness 1, weight 2]
      2  local:llama3:8b      1  untried, 100 % good, 0 waiting [firstTokenMs 1, successRate 1, awaiting 0, dearness 1, weight 1]
      [33mx[39m  [33mlong:llama3:8b[39m          takes requests of 100 characters and more, this has 5
      [33mx[39m  [33moff:llama3:8b[39m           disabled: its machine is being moved
      "
    `);
  });

  it('judges the request by its own text', async () => {
    const { io } = await plan(['-m', 'fast', 'Review this:', '-'], { stdin: 'long '.repeat(50) });
    expect(io.stdout.text).toMatch(/^\d {2}long:llama3:8b/m);
  });

  it('takes a whole request from a file, and what is given beside it wins', async () => {
    const request = { model: 'none', messages: [{ role: 'user', content: 'Hello '.repeat(50) }] };
    const files = { 'request.json': request };
    const { io } = await plan(['--request', 'request.json', '-m', 'fast', '--json'], { files });
    const decision = JSON.parse(io.stdout.text) as { requested: string; plan: string[] };
    expect(decision.requested).toBe('fast');
    expect(decision.plan).toContain('long:llama3:8b');
  });

  it('prints the whole decision with --json', async () => {
    const { io } = await plan(['-m', 'fast', '--json']);
    expect(io.stdout.lines).toHaveLength(1);
    expect(JSON.parse(io.stdout.text)).toMatchObject({
      requested: 'fast',
      plan: [expect.any(String), expect.any(String)],
      attempts: [],
      candidates: expect.arrayContaining([
        expect.objectContaining({
          target: 'off:llama3:8b',
          verdict: 'refused',
          reason: 'disabled: its machine is being moved',
        }),
        expect.objectContaining({
          verdict: 'eligible',
          terms: expect.any(Object),
          score: expect.any(Number),
        }),
      ]),
      explanation: expect.arrayContaining([expect.stringContaining('would be asked first')]),
    });
  });

  it('fails where every target refuses', async () => {
    const { exitCode, io } = await plan(['-m', 'none']);
    expect(exitCode).toBe(1);
    expect(io.stdout.text).toMatchInlineSnapshot(`
      "none by balanced: no target can take it

         target         score  why
      x  off:llama3:8b         disabled: its machine is being moved
      "
    `);
  });

  it('asks nobody', async () => {
    await using sandbox = await createSandbox();
    const local = { use: 'openai-compatible', options: { baseURL: sandbox.urls.openai } };
    const files = { 'sluice.config.json': { providers: { local } } };
    expect((await plan(['-m', 'local:sandbox'], { files })).exitCode).toBe(0);
    expect(sandbox.requests).toHaveLength(0);
  });

  it.each<[string, readonly string[], object, string]>([
    ['a name that nobody has', ['-m', 'fastt'], {}, 'did you mean fast?'],
    [
      'a request that is not there',
      ['--request', 'no.json'],
      {},
      '--request no.json cannot be read (ENOENT)',
    ],
    ['a request that is no JSON', ['--request', 'r.json'], { 'r.json': '{' }, '--request r.json is not JSON'],
    [
      'a request that is wrong',
      ['--request', 'r.json'],
      { 'r.json': { messages: 3 } },
      '--request r.json: messages',
    ],
    ['a wrong configuration', ['-c', 'other.json'], {}, 'other.json: there is no such file'],
    ['an option that there is not', ['--josn'], {}, 'Did you mean --json?'],
  ])('%s is a usage error of one line', async (_what, args, files, message) => {
    const { exitCode, io } = await plan(args, { files });
    expect(exitCode).toBe(2);
    expect(io.stdout.text).toBe('');
    expect(io.stderr.lines).toHaveLength(1);
    expect(io.stderr.text).toContain(message);
  });
});
