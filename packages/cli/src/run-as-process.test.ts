import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { applicationOf, echoApplication } from './application.fixture.ts';
import { spawnSluice } from './spawn-sluice.fixture.ts';

const config = `export default { providers: { ylokh: { options: { baseURL: 'http://127.0.0.1:1' } } } };`;
const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));
const key = 'sk-abcdefghijklmnopqrstuvwx';

/** Runs the command in a folder whose configuration is this code. */
function beside(code: string, ...args: readonly string[]) {
  return spawnSluice(args, { cwd: applicationOf({ 'sluice.config.mjs': `${code}\n${config}` }) });
}

describe('the process of the command', { timeout: 30_000 }, () => {
  it('ends though code of others has left something open', async () => {
    const { ended, stdout } = beside('setInterval(() => {}, 1_000);', 'plan', 'Hello');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stdout()).toContain('ylokh:gpt-3.5-turbo would be asked first');
  });

  it('serves on after a rejection that nobody looked at, and tells it without what hangs on it', async () => {
    const late = `Promise.reject(Object.assign(new Error('late: ${key}'), { apiKey: '${key}' }))`;
    const { child, ended, complained, written, stderr, stdout } = beside(
      `process.on('SIGUSR2', () => ${late});`,
      'serve',
      '--port',
      '0',
      '--log',
      'off',
    );
    await written('base-url');
    child.kill('SIGUSR2');
    await complained('late');
    const url = /base-url\t(\S+)/.exec(stdout())?.[1];
    expect((await fetch(`${url}/models`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stderr()).toContain('sluice: unexpected Error: late: [redacted] (SLUICE_DEBUG=1 shows where)\n');
    expect(stderr()).not.toContain(key);
  });

  it('ends with 1 and a line, not a dump, if code of others throws where nobody can catch it', async () => {
    const { ended, stderr } = beside(
      `setTimeout(() => { throw Object.assign(new Error('late'), { apiKey: '${key}' }); }); setInterval(() => {}, 1_000);`,
      'serve',
      '--port',
      '0',
    );
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(stderr()).toContain('sluice: unexpected Error: late (SLUICE_DEBUG=1 shows where)\n');
    expect(stderr()).not.toContain(key);
    expect(stderr()).not.toContain('Node.js v');
  });

  it('is no success if code of others ends it', async () => {
    const { ended, stderr } = beside('process.exit(0);', 'models');
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(stderr()).toBe('sluice: a provider or the configuration has ended the process\n');
  });

  it('gives up with a line where a provider waits for nothing', async () => {
    const silent = `export const create = () => ({
      id: 'echo', capabilities: {}, async listModels() { return []; }, async close() {},
      stream: () => new Promise(() => {}),
    });`;
    const cwd = applicationOf(
      echoApplication({
        'sluice.config.json': { allow: ['sluice-provider-echo'], providers: { echo: {} } },
        'node_modules/sluice-provider-echo/index.js': silent,
      }),
    );
    const { ended, stderr } = spawnSluice(['chat', 'Hello'], { cwd });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(stderr()).toBe(
      'sluice: a provider or the configuration waits for something that never comes: it was given up\n',
    );
  });

  it('says so in one line if the working folder is gone', async () => {
    const folder = join(applicationOf(), 'gone');
    mkdirSync(folder);
    const program = `
      import { spawnSync } from 'node:child_process';
      import { rmdirSync } from 'node:fs';
      rmdirSync(process.cwd());
      const args = ['--disable-warning=ExperimentalWarning', ${JSON.stringify(bin)}];
      process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status;`;
    const { ended, stderr } = spawnSluice([], { cwd: folder, program });
    expect(await ended).toEqual({ code: 2, signal: null });
    expect(stderr()).toBe('sluice: the working folder is gone: change to another one\n');
  });
});
