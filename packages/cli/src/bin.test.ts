import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spawnSluice } from './spawn-sluice.fixture.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
beforeEach(() => {
  sandbox.reset();
  sandbox.configure({ tokensPerSecond: 0 });
});
afterAll(() => sandbox.close());

const slowly = (): void => sandbox.configure({ tokensPerSecond: 50, answerTokens: 2_000 });

// A process of its own takes half a second to start, and much longer on a busy machine.
describe('the sluice command as a process', { timeout: 30_000 }, () => {
  it('with nothing configured streams an answer and exits with 0', async () => {
    const { child, ended, stdout, stderr } = spawnSluice(['chat', '--sandbox-rate', '0', 'Hello']);
    child.stdin.end();
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stdout()).toMatch(/^I am the Sluice sandbox, not a language model, speaking as h2o.+\n$/);
    expect(stderr().split('\n')).toEqual([
      expect.stringMatching(/^sluice: no upstream is configured: the embedded sandbox answers/),
      expect.stringMatching(/^sluice: h2o:.+ answered: first token after/),
      '',
    ]);
  });

  it('with the sandbox’s h2o down answers a prompt from a pipe by the next, and says so', async () => {
    const { child, ended, stdout, stderr } = spawnSluice(['chat', '--sandbox-rate', '0'], {
      env: { SLUICE_SANDBOX_DOWN: 'h2o' },
    });
    child.stdin.end('Hello from a pipe\n');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stdout()).toMatch(/speaking as ylokh .+ You sent 4 words, beginning "Hello from a pipe"/);
    expect(stderr()).toMatch(/^sluice: tried h2o:.+ \(network, .+\)$/m);
    expect(stderr()).toMatch(/^sluice: ylokh:.+ answered/m);
  });

  it('streams: the first text is there long before the last', async () => {
    slowly();
    const { child, ended, written } = spawnSluice([
      'chat',
      '-u',
      sandbox.urls.openai,
      '-m',
      'sandbox',
      'Hello',
    ]);
    await written('I am');
    expect(sandbox.openStreams).toBe(1);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 143, signal: null });
  });

  it('Ctrl-C cancels the answer, cleans up on the server, and exits with 130', async () => {
    slowly();
    const { child, ended, written, stderr } = spawnSluice([
      'chat',
      '-p',
      'h2o',
      '-u',
      sandbox.urls.h2o,
      'Hello',
    ]);
    await written('I am');
    expect(sandbox.conversations).toHaveLength(1);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(stderr()).toBe('sluice: cancelled\n');
    expect(sandbox.conversations).toHaveLength(0);
    await sandbox.waitUntil(() => sandbox.activeGenerations === 0);
  });

  it('a second Ctrl-C ends it at once, even if the clean-up hangs', async () => {
    slowly();
    sandbox.setFault({ service: 'h2o', phase: 'stop' }, 'never-answer');
    sandbox.setFault({ service: 'h2o', phase: 'delete' }, 'never-answer');
    const { child, ended, written } = spawnSluice(['chat', '-p', 'h2o', '-u', sandbox.urls.h2o, 'Hello']);
    await written('I am');
    child.kill('SIGINT');
    await sandbox.waitUntil(
      () => sandbox.requestsTo({ phase: 'stop' }).length + sandbox.requestsTo({ phase: 'delete' }).length > 0,
    );
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: null, signal: 'SIGINT' });
  });

  it('ends quietly when its reader has read enough (| head -1)', async () => {
    slowly();
    const { child, ended, written, stderr } = spawnSluice([
      'chat',
      '--json',
      '-u',
      sandbox.urls.openai,
      '-m',
      'sandbox',
      'Hello',
    ]);
    await written('\n');
    child.stdout.destroy();
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stderr()).toBe('');
    expect(await (await sandbox.waitForRequest({ phase: 'message' })).ended).toBe('client');
  });

  it('a failure is one line and exit code 1, without a stack trace', async () => {
    const { child, ended, stdout, stderr } = spawnSluice([
      'chat',
      '-u',
      'http://127.0.0.1:1',
      '-m',
      'x',
      'Hello',
    ]);
    child.stdin.end();
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(stdout()).toBe('');
    expect(stderr()).toMatch(/^sluice: .+ the connection was refused.+\n$/);
  });
});
