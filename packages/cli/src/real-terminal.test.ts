import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@sluice/registry/config';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ended, realTerminal, tmux } from './tmux.fixture.ts';

let sandbox: Sandbox;
let cwd: string;
beforeAll(async () => {
  sandbox = await createSandbox();
});
beforeEach(async () => {
  sandbox.reset();
  sandbox.configure({ tokensPerSecond: 0, firstTokenMs: 0, answerTokens: 12 });
  cwd = await mkdtemp(join(tmpdir(), 'sluice-terminal-'));
});
afterEach(() => rm(cwd, { recursive: true }));
afterAll(() => sandbox.close());

describe.skipIf(tmux.missing)(`in a real terminal, by ${tmux.title}`, { timeout: 120_000 }, () => {
  it('sluice chat answers, cancels one answer with Ctrl-C and goes on, and ends with Ctrl-D', async () => {
    await using terminal = await realTerminal(['chat', '-u', sandbox.urls.openai, '-m', 'sandbox'], { cwd });
    await terminal.shows(/^>$/m);
    await terminal.type('Hello there');
    await terminal.press('Enter');
    await terminal.shows(/openai-compatible:sandbox answered: first token after .*\n>$/);

    sandbox.configure({ tokensPerSecond: 20, answerTokens: 5_000 });
    await terminal.type('Tell me more');
    await terminal.press('Enter');
    const request = await sandbox.waitForRequest({ phase: 'message' }, 2);
    await terminal.shows(/> Tell me more\n.*I am the Sluice sandbox/);
    await terminal.press('C-c');
    expect(await request.ended).toBe('client');
    await terminal.shows(/sluice: cancelled\n>$/);

    sandbox.configure({ tokensPerSecond: 0, answerTokens: 12 });
    await terminal.type('Still there?');
    await terminal.press('Enter');
    await terminal.shows(/> Still there\?\n(?:.*\n)+.*answered: first token after .*\n>$/);
    await terminal.press('C-d');
    await terminal.shows(ended(0));
    expect(sandbox.openStreams).toBe(0);
  });

  it('sluice chat turns a spinner until the first token, and leaves nothing of it', async () => {
    sandbox.configure({ firstTokenMs: 1_500 });
    await using terminal = await realTerminal(['chat', '-u', sandbox.urls.openai, '-m', 'sandbox', 'Hi'], {
      cwd,
    });
    await terminal.shows(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for the first token/);
    const screen = await terminal.shows(ended(0));
    expect(screen).not.toContain('waiting');
    expect(screen).toMatch(/^I am the Sluice sandbox/);
  });

  it('Ctrl-C while sluice chat waits for its only answer ends it with 130', async () => {
    sandbox.setFault('openai', 'never-answer');
    await using terminal = await realTerminal(['chat', '-u', sandbox.urls.openai, '-m', 'sandbox', 'Hi'], {
      cwd,
    });
    await terminal.shows('waiting for the first token');
    await terminal.press('C-c');
    expect((await terminal.shows(ended(130))).replace('^C', '')).toBe(`sluice: cancelled\n${ended(130)}`);
  });

  it('sluice init writes what was answered', async () => {
    await using terminal = await realTerminal(['init'], { cwd });
    await terminal.shows('Look for model servers');
    await terminal.press('n');
    await terminal.shows('Address of an OpenAI-compatible server');
    await terminal.type('nowhere');
    await terminal.press('Enter');
    await terminal.shows('it must be an address');
    await terminal.press('C-u');
    await terminal.type('https://api.example.com/v1');
    await terminal.press('Enter');
    await terminal.shows('holds its key');
    await terminal.type('EXAMPLE_API_KEY');
    await terminal.press('Enter');
    await terminal.shows('Its model');
    await terminal.type('large');
    await terminal.press('Enter');
    await terminal.shows('Other services');
    await terminal.press('Down', 'Space', 'Enter');
    await terminal.shows('Address of Ylokh');
    await terminal.press('Enter');
    await terminal.shows('In which language');
    await terminal.press('Down', 'Down', 'Enter');
    expect(await terminal.shows(ended(0))).toContain('sluice.config.json is written. Next:');
    expect((await loadConfig({ cwd }))?.config).toMatchObject({
      providers: {
        example: {
          options: { baseURL: 'https://api.example.com/v1', defaultModel: 'large' },
          apiKeyEnv: 'EXAMPLE_API_KEY',
        },
        ylokh: {},
      },
      default: ['example', 'ylokh'],
    });
  });

  it.each(['C-c', 'C-d'])('sluice init ends with %s, 130, and nothing written', async (key) => {
    await using terminal = await realTerminal(['init'], { cwd });
    await terminal.shows('Look for model servers');
    await terminal.press('n');
    await terminal.shows('Address of an OpenAI-compatible server');
    await terminal.press(key);
    expect(await terminal.shows(ended(130))).toContain('sluice: cancelled: nothing was written');
    expect(await readdir(cwd)).toEqual([]);
  });
});
