import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeIo, fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';

const enter = '\r';
const ctrlC = '\u0003';
const ctrlD = '\u0004';
const ctrlZ = '\u001a';
const left = '\u001b[D';
/** As a terminal sends it that marks what is pasted. */
const paste = (text: string): string => `\u001b[200~${text}\u001b[201~`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
beforeEach(() => {
  sandbox.reset();
  sandbox.configure({ tokensPerSecond: 0, answerTokens: 12 });
});
afterAll(() => sandbox.close());

/** A chat with somebody at the terminal. */
interface Chat {
  readonly io: FakeIo;
  readonly exitCode: Promise<number>;
  /** Types, as soon as the command waits at its `n`-th prompt. */
  type(keys: string, prompt: number): Promise<void>;
}

let open: Chat | undefined;
function chat(...args: string[]): Chat {
  const io = fakeIo({ terminal: ['stdin', 'stdout', 'stderr'], env: { NO_COLOR: '1' } });
  const exitCode = run(['chat', '-u', sandbox.urls.openai, '-m', 'sandbox', ...args], io);
  let prompts = 0;
  open = {
    io,
    exitCode,
    async type(keys, prompt) {
      for (; prompts < prompt; prompts += 1) await io.stdout.next('> ');
      io.stdin.write(keys);
    },
  };
  return open;
}
afterEach(async () => {
  open?.io.stdin.end();
  await open?.exitCode;
  open = undefined;
});

interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}
const sentMessages = (index: number): Sent['messages'] => {
  const request = sandbox.requestsTo({ service: 'openai', phase: 'message' })[index];
  return (request?.json() as Sent | undefined)?.messages ?? [];
};
const answerOf = (index: number): string =>
  sandbox.requestsTo({ service: 'openai', phase: 'message' })[index]?.answer ?? '';

describe('a chat at the terminal', () => {
  it('remembers what was said, and ends with Ctrl-D', async () => {
    const { io, type, exitCode } = chat('--system', 'Brief.');
    await type(`Hello${enter}`, 1);
    await type(`And now?${enter}`, 2);
    await type(ctrlD, 3);
    expect(await exitCode).toBe(0);
    expect(sentMessages(1)).toEqual([
      { role: 'system', content: 'Brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: answerOf(0) },
      { role: 'user', content: 'And now?' },
    ]);
    expect(io.stdout.text).toContain(`${answerOf(1)}\n`);
    expect(io.stderr.text.match(/openai-compatible:sandbox answered/g)).toHaveLength(2);
    expect(io.listeners()).toBe(0);
  });

  it('forgets with /clear, helps with /help, and ends with /exit', async () => {
    const { io, type, exitCode } = chat('--system', 'Brief.');
    await type(`Hello${enter}`, 1);
    await type(`/clear${enter}`, 2);
    await type(`Again${enter}`, 3);
    await type(`/help${enter}`, 4);
    await type(`/exot${enter}`, 5);
    await type(`/exit${enter}`, 6);
    expect(await exitCode).toBe(0);
    expect(sentMessages(1)).toEqual([
      { role: 'system', content: 'Brief.' },
      { role: 'user', content: 'Again' },
    ]);
    expect(io.stderr.text).toContain('/clear  forgets the conversation');
    expect(io.stderr.text).toContain('there is no command /exot; did you mean /exit?');
  });

  it('Ctrl-C cancels the answer under way and keeps the chat, with what was said so far', async () => {
    sandbox.configure({ tokensPerSecond: 50, answerTokens: 1_000 });
    const { io, type, exitCode } = chat();
    await type(`Hello${enter}`, 1);
    await io.stdout.written('I am the');
    io.stdin.write(ctrlC);
    await io.stderr.written('cancelled');
    expect(await (await sandbox.waitForRequest({ service: 'openai', phase: 'message' })).ended).toBe(
      'client',
    );
    sandbox.configure({ tokensPerSecond: 0, answerTokens: 12 });
    await type(`Go on${enter}`, 2);
    await type(ctrlD, 3);
    expect(await exitCode).toBe(0);
    const [, begun, goOn] = sentMessages(1);
    expect(begun?.role).toBe('assistant');
    expect(begun?.content).toMatch(/^I am the/);
    expect(goOn).toEqual({ role: 'user', content: 'Go on' });
  });

  it('Ctrl-C at an empty prompt ends it; with text on the line it clears the line', async () => {
    const { io, type, exitCode } = chat();
    await type(`wrong${ctrlC}right${enter}`, 1);
    await io.stderr.written('answered');
    io.stdin.write(ctrlC);
    expect(await exitCode).toBe(130);
    expect(sentMessages(0)).toEqual([{ role: 'user', content: 'right' }]);
  });

  it('goes on after a failure, and forgets the turn that failed', async () => {
    sandbox.setFault('openai', { name: 'status-503', times: 1 });
    const { io, type, exitCode } = chat();
    await type(`Hello${enter}`, 1);
    await type(`Hello again${enter}`, 2);
    await type(ctrlD, 3);
    expect(await exitCode).toBe(0);
    expect(io.stderr.text).toContain('answered 503');
    expect(sentMessages(1)).toEqual([{ role: 'user', content: 'Hello again' }]);
  });

  it('echoes nothing that is typed into an answer, and takes it at the next prompt', async () => {
    sandbox.configure({ tokensPerSecond: 100, answerTokens: 20 });
    const { io, type, exitCode } = chat();
    await type(`Hello${enter}`, 1);
    await io.stdout.written('I am the');
    sandbox.configure({ tokensPerSecond: 0 });
    io.stdin.write(`Next${enter}`);
    await type(ctrlD, 2);
    expect(await exitCode).toBe(0);
    expect(io.stdout.text).toContain(`${answerOf(0)}\n`);
    expect(sentMessages(1).at(-1)).toEqual({ role: 'user', content: 'Next' });
  });

  it('takes pasted lines one after the other', async () => {
    const { io, type, exitCode } = chat();
    await type(`One${enter}Two${enter}`, 1);
    await type(ctrlD, 3);
    expect(await exitCode).toBe(0);
    expect(sentMessages(1).map(({ content }) => content)).toEqual(['One', answerOf(0), 'Two']);
    expect(io.stdout.text).toContain('> Two\n');
  });

  it('takes a paste of several lines as one message, which Enter sends', async () => {
    const { io, type, exitCode } = chat();
    await type(`Look: ${paste('One\rTwo\r\rThree')}`, 1);
    await io.stdout.written('Three');
    expect(sandbox.requestsTo({ phase: 'message' })).toHaveLength(0);
    await type(` and so on${enter}`, 1);
    await type(ctrlD, 2);
    expect(await exitCode).toBe(0);
    expect(sentMessages(0)).toEqual([{ role: 'user', content: 'Look: One\nTwo\n\nThree and so on' }]);
  });

  it('a paste into an answer waits for the next prompt', async () => {
    sandbox.configure({ tokensPerSecond: 100, answerTokens: 20 });
    const { io, type, exitCode } = chat();
    await type(`Hello${enter}`, 1);
    await io.stdout.written('I am the');
    sandbox.configure({ tokensPerSecond: 0 });
    io.stdin.write(paste('One\rTwo'));
    await io.stdout.written('… Two');
    expect(io.stdout.text).toContain('> One\n');
    io.stdin.write(enter);
    await type(ctrlD, 3);
    expect(await exitCode).toBe(0);
    expect(sentMessages(1).at(-1)).toEqual({ role: 'user', content: 'One\nTwo' });
  });

  it('Ctrl-C takes all of a paste back, wherever the cursor stands', async () => {
    const { io, type, exitCode } = chat();
    await type(`${paste('One\rTwo')}${left}${ctrlC}Three${enter}`, 1);
    await io.stderr.written('answered');
    await type(ctrlD, 2);
    expect(await exitCode).toBe(0);
    expect(sentMessages(0)).toEqual([{ role: 'user', content: 'Three' }]);
  });

  it('leaves the terminal as it was', async () => {
    const { io, type, exitCode } = chat();
    await type(ctrlD, 1);
    await exitCode;
    expect(io.stdout.text.startsWith('\u001b[?2004h')).toBe(true);
    expect(io.stdout.text.endsWith('\u001b[?2004l')).toBe(true);
    expect(io.stdin.listenerCount('keypress')).toBe(0);
  });

  it('goes on after Ctrl-Z and fg', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const { type, exitCode } = chat();
    await type(`Hel${ctrlZ}`, 1);
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTSTP');
    process.emit('SIGCONT', 'SIGCONT');
    await type(`lo${enter}`, 1);
    await type(ctrlD, 2);
    expect(await exitCode).toBe(0);
    expect(sentMessages(0)).toEqual([{ role: 'user', content: 'Hello' }]);
  });

  it('asks again as often as it is told to, whatever failed before', async () => {
    sandbox.setFault('openai', { name: 'status-401', times: 2 });
    const { io, type, exitCode } = chat();
    for (const prompt of [1, 2, 3]) await type(`Hello${enter}`, prompt);
    await type(ctrlD, 4);
    expect(await exitCode).toBe(0);
    expect(io.stderr.text.match(/answered 401/g)).toHaveLength(2);
    expect(io.stdout.text).toContain(answerOf(2));
  });

  it('tells once what holds for every answer', async () => {
    const io = fakeIo({ terminal: ['stdin', 'stdout', 'stderr'] });
    const exitCode = run(['chat', '-p', 'h2o', '-u', sandbox.urls.h2oByEra.a], io);
    for (const keys of ['One', 'Two', 'Three']) {
      await io.stdout.next('> ');
      io.stdin.write(`${keys}${enter}`);
    }
    await io.stdout.next('> ');
    io.stdin.write(ctrlD);
    expect(await exitCode).toBe(0);
    expect(io.stderr.text.match(/no earlier messages of its own/g)).toHaveLength(1);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s during an answer ends it cleanly with %i', async (signal, expected) => {
    sandbox.configure({ tokensPerSecond: 50, answerTokens: 1_000 });
    const { io, type, exitCode } = chat();
    await type(`Hello${enter}`, 1);
    await io.stdout.written('I am the');
    io.signal(signal);
    expect(await exitCode).toBe(expected);
    expect(await (await sandbox.waitForRequest({ service: 'openai', phase: 'message' })).ended).toBe(
      'client',
    );
  });

  it('a line that only looks like a path is a question', async () => {
    const { type, exitCode } = chat();
    await type(`/etc/hosts is what?${enter}`, 1);
    await type(ctrlD, 2);
    expect(await exitCode).toBe(0);
    expect(sentMessages(0)).toEqual([{ role: 'user', content: '/etc/hosts is what?' }]);
  });

  it('tells of an unknown model before the first prompt', async () => {
    const io = fakeIo({ terminal: ['stdin', 'stdout', 'stderr'] });
    expect(await run(['chat', '-m', 'sandbx'], io)).toBe(2);
    expect(io.stdout.text).toBe('');
  });
});
