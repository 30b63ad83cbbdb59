import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ tokensPerSecond: 50, answerTokens: 1_000, h2oEra: 'a' });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const longAnswer = (provider: string, url: string): string[] => ['chat', '-p', provider, '-u', url, 'Hello'];

describe('a signal during the answer', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s cancels it, closes the socket upstream, and exits with %i', async (signal, expected) => {
    const io = fakeIo();
    const exit = run(longAnswer('openai-compatible', sandbox.urls.openai), io);
    await io.stdout.written('I am');
    io.signal(signal);
    expect(await exit).toBe(expected);
    expect(io.stdout.text.endsWith('\n')).toBe(true);
    expect(io.stderr.lines.at(-1)).toBe('sluice: cancelled');
    expect(await (await sandbox.waitForRequest({ service: 'openai', phase: 'message' })).ended).toBe(
      'client',
    );
    expect(io.listeners()).toBe(0);
  });

  it('leaves nothing behind on a chat-ui server', async () => {
    const io = fakeIo();
    const exit = run(longAnswer('h2o', sandbox.urls.h2o), io);
    await io.stdout.written('I am');
    expect(sandbox.conversations).toHaveLength(1);
    io.signal('SIGINT');
    expect(await exit).toBe(130);
    await sandbox.waitUntil(() => sandbox.conversations.length === 0 && sandbox.activeGenerations === 0);
  });

  it('before the answer has begun ends the wait', async () => {
    sandbox.setFault('openai', 'never-answer');
    const io = fakeIo();
    const exit = run([...longAnswer('openai-compatible', sandbox.urls.openai), '-m', 'sandbox'], io);
    await sandbox.waitForRequest({ service: 'openai', phase: 'message' });
    io.signal('SIGINT');
    expect(await exit).toBe(130);
    expect(io.stdout.text).toBe('');
  });
});
