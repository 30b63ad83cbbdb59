import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@sluice/registry/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChosenProvider } from './chosen-provider.ts';
import { type ConfigFormat, configFormats, configText } from './config-text.ts';

const providers: readonly ChosenProvider[] = [
  {
    name: 'ollama',
    id: 'openai-compatible',
    about: 'Ollama, as it was found here.',
    baseURL: 'http://127.0.0.1:11434/v1',
    defaultModel: 'llama3:8b',
  },
  {
    name: 'my-server',
    id: 'openai-compatible',
    about: 'Any server that speaks the OpenAI protocol.',
    baseURL: 'https://api.example.com/v1',
    defaultModel: `it's "odd" \\ \u2028`,
    apiKeyEnv: 'EXAMPLE_API_KEY',
  },
  { name: 'h2o', id: 'h2o', about: 'H2O and chat-ui.' },
];

const expected = {
  providers: {
    ollama: {
      use: 'openai-compatible',
      options: { baseURL: 'http://127.0.0.1:11434/v1', defaultModel: 'llama3:8b' },
    },
    'my-server': {
      use: 'openai-compatible',
      options: { baseURL: 'https://api.example.com/v1', defaultModel: `it's "odd" \\ \u2028` },
      apiKeyEnv: 'EXAMPLE_API_KEY',
    },
    h2o: {},
  },
  default: ['ollama', 'my-server', 'h2o'],
};

const fileNames: { readonly [Format in ConfigFormat]: string } = {
  ts: 'sluice.config.ts',
  js: 'sluice.config.mjs',
  json: 'sluice.config.json',
};

const inRepository = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-config-text-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a written configuration', () => {
  it('reads like this', () => {
    expect(configText(providers.slice(0, 1), 'ts')).toMatchInlineSnapshot(`
      "// What the sluice command and its server read. Every setting: https://github.com/sluice-js/sluice/blob/main/docs/configuration.md
      import type { SluiceConfig } from '@sluice/registry/config';

      const config: SluiceConfig = {
        // Providers by name, in the order of preference; a request reaches them as name:model.
        // Keys never stand here: apiKeyEnv names the environment variable that holds one.
        providers: {
          // Ollama, as it was found here.
          ollama: {
            use: 'openai-compatible',
            options: { baseURL: 'http://127.0.0.1:11434/v1', defaultModel: 'llama3:8b' },
          },
        },

        // Where a request without a model goes: to one of these that can answer.
        default: ['ollama'],

        // Names of your own for lists of targets:
        // routes: { fast: { targets: ['ollama:some-model'], strategy: 'latency' } },

        // The longest waits, in milliseconds:
        // timeout: { firstToken: 20_000, total: 120_000 },
      };

      export default config;
      "
    `);
    expect(configText(providers.slice(2), 'json')).toMatchInlineSnapshot(`
      "{
        "$schema": "./node_modules/@sluice/registry/dist/config.schema.json",
        "providers": {
          "h2o": {}
        },
        "default": [
          "h2o"
        ]
      }
      "
    `);
  });

  it.each(configFormats)(
    'in %s loads at once, with nothing installed, and says what was chosen',
    async (format) => {
      const file = join(folder, fileNames[format]);
      await writeFile(file, configText(providers, format));
      const { $schema: _schema, ...config } = (await loadConfig({ cwd: folder, file }))?.config ?? {};
      expect(config).toEqual(expected);
    },
  );

  it('in TypeScript and JavaScript is checked by types, strictly', { timeout: 60_000 }, async () => {
    expect(await typeCheck((text) => text)).toBe('');
    const mistakes = await typeCheck((text) => text.replace('apiKeyEnv:', 'apiKeyEvn:'));
    expect(mistakes.match(/sluice\.config\.(?:ts|mjs)(?=.*'apiKeyEvn')/g)?.sort()).toEqual([
      'sluice.config.mjs',
      'sluice.config.ts',
    ]);
  });
});

/** What the compiler says of both languages, in an application that has the registry installed. */
async function typeCheck(change: (text: string) => string): Promise<string> {
  const project = await mkdtemp(join(folder, 'project-'));
  await symlink(inRepository('packages/cli/node_modules'), join(project, 'node_modules'));
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    checkJs: true,
    noEmit: true,
    module: 'nodenext',
    target: 'esnext',
    allowImportingTsExtensions: true,
    types: ['node'],
    typeRoots: [inRepository('node_modules/@types')],
  };
  const files = [fileNames.ts, fileNames.js];
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  for (const format of ['ts', 'js'] as const) {
    await writeFile(join(project, fileNames[format]), change(configText(providers, format)));
  }
  const tsc = inRepository('node_modules/.bin/tsc');
  return spawnSync(tsc, ['-p', project], { encoding: 'utf8' }).stdout;
}
