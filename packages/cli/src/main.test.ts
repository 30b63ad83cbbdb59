import { describe, expect, it } from 'vitest';
import { fakeIo } from './fake-io.fixture.ts';
import { run } from './main.ts';
import { version } from './version.ts';

async function sluice(...argv: string[]) {
  const io = fakeIo();
  return { exitCode: await run(argv, io), out: io.stdout.text, err: io.stderr.text };
}

describe('sluice', () => {
  it.each([
    ['--help'],
    ['help'],
    ['chat', '--help'],
    ['sandbox', '--help'],
    ['models', '--help'],
    ['serve', '--help'],
    ['plan', '--help'],
    ['providers', '--help'],
    ['init', '--help'],
    ['doctor', '--help'],
    ['completion', '--help'],
  ])('%s %s prints help with examples and exits with 0', async (...argv) => {
    const { exitCode, out, err } = await sluice(...argv.filter(Boolean));
    expect(exitCode).toBe(0);
    expect(out).toContain('Examples:');
    expect(err).toBe('');
  });

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
    [['sreve'], "sluice: unknown command 'sreve' (Did you mean serve?); see --help\n"],
    [['serve', '--prot', '1'], "sluice: unknown option '--prot' (Did you mean --port?); see --help\n"],
    [
      ['serve', '--port', '70000'],
      "sluice: option '--port <number>' argument '70000' is invalid. It must be a whole number from 0 to 65535; see --help\n",
    ],
    [['models', '--jsno'], "sluice: unknown option '--jsno' (Did you mean --json?); see --help\n"],
    [
      ['chat', '--api-key=a-secret-key', 'Hello'],
      "sluice: unknown option '--api-key' (Did you mean --api-key-env?); see --help\n",
    ],
    [['chat', '--modle=a-secret', 'Hello'], "sluice: unknown option '--modle'; see --help\n"],
    [['providers', 'h2o'], /^sluice: too many arguments for 'providers'.*; see --help\n$/],
  ])('%j is a usage error of one line with a suggestion', async (argv, message) => {
    const { exitCode, out, err } = await sluice(...argv);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    if (typeof message === 'string') expect(err).toBe(message);
    else expect(err).toMatch(message);
  });

  it.each([[['--help']], [['providers']], [['models']], [['chat', '--sandbox-rate', '0', 'Hello']]])(
    '%j whose output cannot be written fails and says why',
    async (argv) => {
      const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      const io = fakeIo({ stdoutFails: full });
      expect(await run(argv, io)).toBe(1);
      expect(io.stderr.lines.at(-1)).toBe(
        'sluice: the output cannot be written: ENOSPC: no space left on device, write',
      );
    },
  );

  it('whose reader has read enough is content', async () => {
    const io = fakeIo({ stdoutFails: Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) });
    expect(await run(['providers'], io)).toBe(0);
    expect(io.stderr.text).toBe('');
  });
});
