import { describe, expect, it } from 'vitest';
import { type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { httpServer, sse } from '../http-server.fixture.ts';
import { run } from '../main.ts';

const spinner = 'waiting for the first token';
const eraseLine = '\r\u001b[2K';

/** An upstream that says nothing until it is told to. */
async function waitingUpstream() {
  const { promise: told, resolve: answer } = Promise.withResolvers<void>();
  const server = await httpServer(async (_request, response) => {
    await told;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse(['Hello.']));
  });
  return { server, answer };
}

const terminal: FakeIoOptions = { terminal: ['stdin', 'stdout', 'stderr'], env: { NO_COLOR: '1' } };

describe('waiting for an answer', () => {
  it('turns a spinner on a terminal, which is gone before the first text', async () => {
    const { server, answer } = await waitingUpstream();
    await using _closing = server;
    const io = fakeIo(terminal);
    const exit = run(['chat', '-u', server.url, '-m', 'x', 'Hi'], io);
    await io.stderr.written(spinner);
    expect(io.stdout.text).toBe('');
    answer();
    expect(await exit).toBe(0);
    expect(io.stdout.text).toBe('Hello.\n');
    expect(io.stderr.text).toContain(`${eraseLine}sluice: openai-compatible:x answered`);
  });

  it('takes the spinner away when Ctrl-C ends the wait', async () => {
    const { server, answer } = await waitingUpstream();
    await using _closing = server;
    const io = fakeIo(terminal);
    const exit = run(['chat', '-u', server.url, '-m', 'x', 'Hi'], io);
    await io.stderr.written(spinner);
    io.signal('SIGINT');
    expect(await exit).toBe(130);
    expect(io.stderr.text.endsWith(`${eraseLine}sluice: cancelled\n`)).toBe(true);
    answer();
  });
});
