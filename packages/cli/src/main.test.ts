import { describe, expect, it } from 'vitest';
import { fakeIo } from './fake-io.fixture.ts';
import { run } from './main.ts';
import { version } from './version.ts';

async function sluice(...argv: string[]) {
  const io = fakeIo();
  return { exitCode: await run(argv, io), out: io.stdout.text, err: io.stderr.text };
}

describe('sluice', () => {
  it.each([['--help'], ['help'], ['chat', '--help'], ['sandbox', '--help'], ['models', '--help']])(
    '%s %s prints help with examples and exits with 0',
    async (...argv) => {
      const { exitCode, out, err } = await sluice(...argv.filter(Boolean));
      expect(exitCode).toBe(0);
      expect(out).toContain('Examples:');
      expect(err).toBe('');
    },
  );

  it('--help tells what the exit codes mean', async () => {
    expect((await sluice('--help')).out).toContain('130  interrupted (Ctrl-C)');
  });

  it('--version prints the version of the package', async () => {
    expect(await sluice('--version')).toEqual({ exitCode: 0, out: `${version}\n`, err: '' });
  });

  it('without a command prints help on stderr, as a usage error', async () => {
    const { exitCode, out, err } = await sluice();
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('Usage: sluice');
  });

  it.each([
    [['caht', 'Hello'], "sluice: unknown command 'caht' (Did you mean chat?); see --help\n"],
    [['models', '--jsno'], "sluice: unknown option '--jsno' (Did you mean --json?); see --help\n"],
    [['providers', 'h2o'], /^sluice: too many arguments for 'providers'.*; see --help\n$/],
  ])('%j is a usage error of one line with a suggestion', async (argv, message) => {
    const { exitCode, out, err } = await sluice(...argv);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    if (typeof message === 'string') expect(err).toBe(message);
    else expect(err).toMatch(message);
  });
});
