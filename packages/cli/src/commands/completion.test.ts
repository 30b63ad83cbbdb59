import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeIo } from '../fake-io.fixture.ts';
import { installedProgram } from '../installed-program.fixture.ts';
import { run } from '../main.ts';
import { type SluiceOnPath, sluiceOnPath } from '../sluice-on-path.fixture.ts';

const config = {
  providers: {
    local: {
      use: 'openai-compatible',
      options: { baseURL: 'http://127.0.0.1:1/v1', models: ['llama3:8b', 'llama3:70b', 'a $(touch evil)'] },
      aliases: { small: 'llama3:8b' },
    },
    ylokh: { apiKeyEnv: 'NOT_SET' },
  },
  routes: { fast: ['local', 'ylokh'] },
};

let path: SluiceOnPath;
let folder: string;
beforeAll(async () => {
  path = await sluiceOnPath();
  folder = await mkdtemp(join(tmpdir(), 'sluice-completion-'));
  await writeFile(join(folder, 'sluice.config.json'), JSON.stringify(config));
  for (const shell of ['bash', 'zsh', 'fish']) await writeFile(join(folder, shell), await scriptFor(shell));
});
afterAll(async () => {
  await path[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function scriptFor(shell: string): Promise<string> {
  const io = fakeIo();
  expect(await run(['completion', shell], io)).toBe(0);
  expect(io.stderr.text).toBe('');
  return io.stdout.text;
}

/** What a shell prints that runs this program, in the folder with the configuration. */
async function printedBy(shell: string, args: readonly string[], program: string): Promise<string> {
  const child = spawn(shell, [...args, '-c', program], {
    cwd: folder,
    // A shell that waits for what never comes.
    timeout: 50_000,
    env: { PATH: path.PATH, HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8' },
  });
  child.stdin.end();
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  return text;
}

const models = [
  'local',
  'local:llama3:8b',
  'local:llama3:70b',
  'local:small',
  'ylokh',
  'ylokh:gpt-3.5-turbo',
];

describe('sluice completion bash', { timeout: 30_000 }, () => {
  /** What bash would put in for the last of these words, cut as bash cuts them. */
  async function replies(...words: readonly string[]): Promise<readonly string[]> {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const program = `source ./bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const text = await printedBy('bash', ['--norc', '--noprofile'], program);
    return text.split('\n').filter((line) => line !== '');
  }

  it('is registered for the command', async () => {
    expect(await printedBy('bash', ['--norc', '--noprofile'], 'source ./bash; complete -p sluice')).toBe(
      'complete -F _sluice sluice\n',
    );
  });

  it('can be sourced again, and with unset variables as errors', async () => {
    const program =
      'set -eu; source ./bash; source ./bash; COMP_WORDS=(sluice chat --mes); COMP_CWORD=2; _sluice; echo "$COMPREPLY"';
    expect(await printedBy('bash', ['--norc', '--noprofile'], program)).toBe('--messages\n');
  });

  it('completes commands, options, and the choices of options and arguments', async () => {
    expect(await replies('sluice', 'cha')).toEqual(['chat']);
    expect(await replies('sluice', '--qui')).toEqual(['--quiet']);
    expect(await replies('sluice', 'chat', '--mes')).toEqual(['--messages']);
    expect(await replies('sluice', 'chat', '--qui')).toEqual(['--quiet']);
    expect(await replies('sluice', '-q', 'sandbox', '--era', '')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await replies('sluice', 'sandbox', '--era', '=', '')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await replies('sluice', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await replies('sluice', 'help', 'cha')).toEqual(['chat']);
    expect(await replies('sluice', 'chat', '--', '--mes')).toEqual([]);
  });

  it('does not show what is hidden', async () => {
    expect(await replies('sluice', 'completion')).toEqual(['completion']);
  });

  it('completes files where a file is wanted', async () => {
    expect(await replies('sluice', 'chat', '--messages', 'sluice.conf')).toEqual(['sluice.config.json']);
  });

  it('completes models of the configuration, which have colons, and no name that a shell would run', async () => {
    expect(await replies('sluice', 'chat', '--model', '')).toEqual(['fast', ...models]);
    expect(await replies('sluice', 'chat', '-m', 'local', ':', 'llama3', ':', '')).toEqual(['8b', '70b']);
    expect(await replies('sluice', 'chat', '--model', '=', 'yl')).toEqual(['ylokh', 'ylokh:gpt-3.5-turbo']);
    expect(await replies('sluice', 'chat', '--provider', '')).toEqual(['local', 'ylokh']);
  });

  it('runs nothing that stands on the line', async () => {
    await replies('sluice', 'chat', '"$(touch evil)"', '`touch evil`', '--mes');
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });
});

const zsh = installedProgram('zsh');
describe.skipIf(zsh.missing)(`sluice completion ${zsh.title}`, { timeout: 60_000 }, () => {
  /** What stands on the screen of an interactive zsh once it holds this pattern, after Tab behind these words. */
  async function screenAfterTab(words: string, pattern: string): Promise<string> {
    const program = `
      zmodload zsh/zpty; zpty shell zsh -f -i
      zpty -w shell 'PS1=""; autoload -Uz compinit; compinit -u -D; source ./zsh; print REA""DY'
      zpty -r shell text '*READY*'
      zpty -n -w shell '${words}'$'\\t'
      zpty -r shell text '${pattern}'
      print -r -- $text; zpty -d shell`;
    return await printedBy('zsh', ['-f'], program);
  }

  it.each([
    ['sluice cha', '*chat*'],
    ['sluice chat --mess', '*--messages*'],
    ['sluice sandbox --era ', '*a*b*c*d*e*'],
    ['sluice chat -m ylokh:g', '*ylokh:gpt-3.5-turbo*'],
    ['sluice chat --provider l', '*local*'],
  ])('completes %j', async (words, pattern) => {
    const seen = new RegExp(pattern.replaceAll('*', '[^]*').replaceAll('.', '\\.'));
    expect(await screenAfterTab(words, pattern)).toMatch(seen);
  });
});

const fish = installedProgram('fish');
describe.skipIf(fish.missing)(`sluice completion ${fish.title}`, { timeout: 30_000 }, () => {
  async function offered(line: string): Promise<readonly string[]> {
    const text = await printedBy('fish', ['--no-config'], `source ./fish; complete -C '${line}'`);
    return text
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => row.split('\t', 1)[0] as string);
  }

  it('completes commands, options, choices, files and models', async () => {
    expect(await offered('sluice cha')).toEqual(['chat']);
    expect(await offered('sluice chat --mess')).toEqual(['--messages']);
    expect(await offered('sluice sandbox --era ')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await offered('sluice completion ')).toEqual(['bash', 'fish', 'zsh']);
    expect(await offered('sluice chat --messages sluice.')).toEqual(['sluice.config.json']);
    expect(await offered('sluice chat --model=yl')).toEqual(['--model=ylokh', '--model=ylokh:gpt-3.5-turbo']);
    expect([...(await offered('sluice chat -m '))].sort()).toEqual(['fast', ...models].sort());
  });
});

describe('the names that completion asks for', () => {
  it('are those of the installed providers where nothing is configured', async () => {
    const io = fakeIo();
    expect(await run(['completion-names', 'models'], io)).toBe(0);
    expect(io.stdout.lines).toContain('flowgpt:gpt-4-turbo');
  });

  it('are none, and no complaint, where the configuration is wrong', async () => {
    const io = fakeIo({ cwd: folder, env: { SLUICE_CONFIG: 'not-there.json' } });
    expect(await run(['completion-names', 'models'], io)).toBe(0);
    expect(io.stdout.text + io.stderr.text).toBe('');
  });
});
