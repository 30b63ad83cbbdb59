import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { applicationOf } from '../discovery/application.fixture.ts';
import { ConfigError } from './config-error.ts';
import { loadConfig } from './load-config.ts';

const run = promisify(execFile);
const json = '{"providers": {"h2o": {"weight": 2}}}';
const config = { providers: { h2o: { weight: 2 } } };

describe('a configuration is found and loaded', () => {
  it.each<[string, string]>([
    ['sluice.config.json', json.replace('{', '{"$schema": "./x.json", ')],
    ['sluice.config.json', `\uFEFF${json}`],
    ['sluice.config.js', `export default ${json};`],
    ['sluice.config.mjs', `export default ${json};`],
  ])('from %s', async (name, text) => {
    const folder = applicationOf({ files: { [name]: text } });
    const loaded = await loadConfig({ cwd: folder });
    expect(loaded).toMatchObject({ file: join(folder, name), directory: folder, config });
  });

  it('in a folder above, but not beyond the application', async () => {
    const folder = applicationOf({
      files: {
        'sluice.config.json': json,
        'src/deep/x.txt': '',
        'packages/other/package.json': '{"name": "other"}',
        'packages/other/src/x.txt': '',
      },
    });
    expect((await loadConfig({ cwd: join(folder, 'src', 'deep') }))?.directory).toBe(folder);
    expect(await loadConfig({ cwd: join(folder, 'packages', 'other', 'src') })).toBeUndefined();
  });

  it('by its name, else by SLUICE_CONFIG, else by looking', async () => {
    const folder = applicationOf({
      files: { 'a.json': json, 'b.json': json, 'sluice.config.json': json },
    });
    const fileFor = async (file?: string, env?: Record<string, string>): Promise<string | undefined> =>
      (await loadConfig({ cwd: folder, file, env }))?.file;
    expect(await fileFor('a.json', { SLUICE_CONFIG: 'b.json' })).toBe(join(folder, 'a.json'));
    expect(await fileFor(undefined, { SLUICE_CONFIG: 'b.json' })).toBe(join(folder, 'b.json'));
    expect(await fileFor(undefined, { SLUICE_CONFIG: '' })).toBe(join(folder, 'sluice.config.json'));
  });

  it('anew once it has changed, and tells in which line of JSON a part of it stands', async () => {
    const folder = applicationOf({ files: { 'a.mjs': `export default ${json};`, 'a.json': json } });
    const load = (file: string) => loadConfig({ cwd: folder, file });
    await load('a.mjs');
    await writeFile(join(folder, 'a.mjs'), 'export default {providers: {ylokh: {}, h2o: {}}};');
    const changed = await load('a.mjs');
    expect(Object.keys(changed?.config.providers ?? {})).toEqual(['ylokh', 'h2o']);
    expect(changed?.lineOf(['providers', 'h2o'])).toBeUndefined();
    await writeFile(join(folder, 'a.json'), '{\n"providers": {\n"h2o": {}}}');
    expect((await load('a.json'))?.lineOf(['providers', 'h2o'])).toBe(3);
  });

  it('if there is one', async () => {
    expect(await loadConfig({ cwd: applicationOf({}) })).toBeUndefined();
  });
});

describe('a configuration in TypeScript is loaded by Node itself', () => {
  /** In a Node of its own: the test runner would compile what Node only strips. */
  async function loadInNode(text: string): Promise<unknown> {
    const folder = applicationOf({ files: { 'sluice.config.ts': text } });
    const program = `
      import { loadConfig } from ${JSON.stringify(new URL('load-config.ts', import.meta.url).href)};
      const loaded = await loadConfig({ cwd: process.cwd() }).catch(({ message }) => ({ message }));
      console.log(JSON.stringify(loaded));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: folder,
    });
    return JSON.parse(stdout);
  }

  it('with its types stripped', async () => {
    const text = `
      interface Weighted { readonly weight: number }
      const h2o: Weighted = { weight: 2 };
      export default { providers: { h2o } } satisfies object;`;
    expect(await loadInNode(text)).toMatchObject({ config });
  });

  it('and a mistake in its syntax is told with its line', async () => {
    expect(await loadInNode('export default {\n  providers: {},\n  x: = 3,\n};')).toMatchObject({
      message: expect.stringContaining('it cannot be loaded (line 3): SyntaxError: '),
    });
  });

  it('and what is more than types is refused with the reason', async () => {
    expect(await loadInNode('enum Colour { Red }\nexport default Colour;')).toMatchObject({
      message: expect.stringContaining(
        '; Node strips types and takes no enums, namespaces or parameter properties',
      ),
    });
  });
});

describe('what cannot be loaded is an error that names the file and what to do', () => {
  it.each<[string, { readonly [path: string]: string }, string, string]>([
    [
      'no JSON',
      { 'sluice.config.json': '{\n  "providers": {\n}' },
      'sluice.config.json',
      'it is no valid JSON (line 3 column 2)',
    ],
    [
      'no default export',
      { 'sluice.config.js': 'export const config = {};' },
      'sluice.config.js',
      'it has no default export; write: export default defineConfig({ … })',
    ],
    [
      'code that throws',
      { 'sluice.config.js': 'throw new Error("nothing\\nhere");' },
      'sluice.config.js',
      'it cannot be loaded (line 1): Error: nothing here',
    ],
    [
      'a getter that throws',
      { 'sluice.config.js': 'export default {\n  get providers() { throw new Error("a bug"); },\n};' },
      'sluice.config.js',
      'it cannot be loaded (line 2): Error: a bug',
    ],
    [
      'a circle',
      { 'sluice.config.js': `const config = ${json};\nconfig.server = config;\nexport default config;` },
      'sluice.config.js',
      'it is nested deeper than 64 levels',
    ],
    [
      'JSON that is nested a thousand times',
      { 'sluice.config.json': `{"server": ${'{"a": '.repeat(1_000)}1${'}'.repeat(1_001)}` },
      'sluice.config.json',
      'it is nested deeper than 64 levels',
    ],
    [
      'megabytes of JSON',
      { 'sluice.config.json': `{"server": {"a": "${'x'.repeat(2 ** 20)}"}}` },
      'sluice.config.json',
      'it has more than 1048576 characters',
    ],
    [
      'thrown text',
      { 'sluice.config.js': "throw 'no more';" },
      'sluice.config.js',
      'it cannot be loaded: it threw "no more"',
    ],
    [
      'nothing thrown',
      { 'sluice.config.js': 'throw null;' },
      'sluice.config.js',
      'it cannot be loaded: it threw null',
    ],
    [
      'an import of what gives the types, where it is not installed',
      {
        'sluice.config.js':
          "import { defineConfig } from '@sluice/registry/config';\nexport default defineConfig({});",
      },
      'sluice.config.js',
      '; install it in this folder (npm install @sluice/registry), or export the object without defineConfig',
    ],
    [
      'two of them',
      { 'sluice.config.ts': '', 'sluice.config.json': json },
      'sluice.config.ts',
      'there are two configurations, this one and ',
    ],
  ])('%s', async (_what, files, file, message) => {
    const folder = applicationOf({ files });
    const loading = loadConfig({ cwd: folder });
    await expect(loading).rejects.toThrow(ConfigError);
    await expect(loading).rejects.toThrow(`${join(folder, file)}: `);
    await expect(loading).rejects.toThrow(message);
  });

  it.each<[string, object, string]>([
    ['named', { file: 'none.json' }, 'none.json: there is no such file'],
    [
      'named by the environment',
      { env: { SLUICE_CONFIG: 'none.json' } },
      'none.json: there is no such file; SLUICE_CONFIG names it',
    ],
    ['named and is a folder', { file: '.' }, ': it is a folder and no file'],
  ])('a file that was %s and is not there', async (_how, options, message) => {
    await expect(loadConfig({ cwd: applicationOf({}), ...options })).rejects.toThrow(message);
  });

  it('an import that never ends is given up', async () => {
    vi.useFakeTimers();
    try {
      const folder = applicationOf({
        files: { 'sluice.config.js': 'await new Promise(() => {});\nexport default {};' },
      });
      const loading = loadConfig({ cwd: folder });
      const refused = expect(loading).rejects.toThrow('its import did not end within 30 s');
      await vi.advanceTimersByTimeAsync(30_000);
      await refused;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('text that is no JSON is not repeated: it may hold a key', async () => {
    const folder = applicationOf({ files: { 'sluice.config.json': '{"apiKey": hunter2}' } });
    await expect(loadConfig({ cwd: folder })).rejects.not.toThrow('hunter2');
  });

  it('a mistake in JSON is told with its line', async () => {
    const text = '{\n  "providers": {\n    "h2o": {\n      "wieght": 1\n    }\n  },\n  "seed": "x"\n}\n';
    const folder = applicationOf({ files: { 'sluice.config.json': text } });
    await expect(loadConfig({ cwd: folder })).rejects.toThrow(
      [
        `${join(folder, 'sluice.config.json')} has 2 mistakes:`,
        'line 4, providers.h2o.wieght: unknown key; did you mean weight?',
        'line 7, seed: expected a number, got "x"',
      ].join('\n  '),
    );
  });
});
