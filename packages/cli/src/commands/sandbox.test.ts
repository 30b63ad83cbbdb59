import { describe, expect, it } from 'vitest';
import { fakeIo } from '../fake-io.fixture.ts';
import { run } from '../main.ts';

describe('sluice sandbox', () => {
  it('prints the addresses, answers there, and ends with Ctrl-C', async () => {
    const io = fakeIo();
    const exit = run(['sandbox', '--json', '--rate', '0'], io);
    await io.stdout.written('\n');
    const { url, urls } = JSON.parse(io.stdout.text) as { url: string; urls: { openai: string } };
    expect((await fetch(`${urls.openai}/models`)).status).toBe(200);
    const asked = fakeIo();
    expect(await run(['chat', '-u', urls.openai, '-m', 'sandbox', 'Hello'], asked)).toBe(0);
    io.signal('SIGINT');
    expect(await exit).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('makes the fault that is asked for, with every answer', async () => {
    const io = fakeIo();
    const exit = run(['sandbox', '--fault', 'status-429; retryAfterMs=5000'], io);
    await io.stderr.written('it runs until Ctrl-C');
    const address = /^openai +(\S+)$/m.exec(io.stdout.text)?.[1] as string;
    const asked = fakeIo();
    expect(await run(['chat', '-u', address, '-m', 'sandbox', 'Hello'], asked)).toBe(1);
    expect(asked.stderr.text).toContain('answered 429');
    io.signal('SIGTERM');
    expect(await exit).toBe(0);
  });

  it.each([
    [['--fault', 'status-999'], 'No fault is named "status-999". Did you mean status-409?'],
    [['--fault', 'something'], 'No fault is named "something". There are never-answer, '],
    [['--fault', 'stall; afetr=3'], 'has no parameter "afetr"'],
    [['--port', '70000'], 'It must be a whole number from 0 to 65535'],
    [['--era', 'z'], 'Allowed choices are a, b, c, d, e'],
    [
      ['--host', '192.0.2.1'],
      'the sandbox cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL); try another --port or --host',
    ],
  ])('%j is told in one line', async (args, message) => {
    const io = fakeIo();
    expect(await run(['sandbox', ...args], io)).toBe(2);
    expect(io.stderr.lines).toHaveLength(1);
    expect(io.stderr.text).toContain(message);
    expect(io.listeners()).toBe(0);
  });
});
