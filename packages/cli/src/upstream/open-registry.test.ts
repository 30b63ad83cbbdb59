import { complete } from '@sluice/core';
import { ConfigError } from '@sluice/registry/config';
import { describe, expect, it } from 'vitest';
import { type ApplicationFiles, applicationOf, echoApplication } from '../application.fixture.ts';
import { type OpenedRegistry, type OpenRegistryOptions, openRegistry } from './open-registry.ts';

const open = (
  files: ApplicationFiles,
  options: OpenRegistryOptions = {},
  env: Record<string, string> = {},
): Promise<OpenedRegistry> => openRegistry(options, { cwd: applicationOf(files), env });

const hello = { messages: [{ role: 'user', content: 'Hello' }] } as const;
const local = { use: 'openai-compatible', options: { baseURL: 'http://127.0.0.1:1/v1' } };

/** The message of a configuration that is refused. */
async function refusal(config: unknown): Promise<string> {
  const error = await open({ 'sluice.config.json': config }).then(
    (opened) => opened.close(),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return String((error as ConfigError).message).replace(/\S*\/sluice\.config/g, 'sluice.config');
}

describe('without a configuration', () => {
  it('the sandbox answers, which is told, and it goes with the registry', async () => {
    const opened = await open({}, { sandboxRate: 0 });
    expect(opened.notice).toMatch(/^no upstream is configured: the embedded sandbox answers/);
    expect(opened.loaded).toBeUndefined();
    expect((await complete(opened.registry, hello)).text).toContain('speaking as h2o');
    await opened.close();
    await expect(fetch(opened.sandbox?.url ?? '')).rejects.toThrow();
  });

  it('what comes with the command is installed all the same, also in a folder without a package.json', async () => {
    await using opened = await openRegistry({}, { cwd: '/', env: {} });
    expect(opened.discovery.diagnostics).toEqual([]);
    expect(opened.discovery.providers.map(({ manifest, status }) => [manifest?.id, status])).toEqual([
      ['flowgpt', 'available'],
      ['h2o', 'available'],
      ['openai-compatible', 'available'],
      ['ylokh', 'available'],
    ]);
  });
});

describe('a configuration', () => {
  it('is found, its keys come from the environment, and built-in providers need no installation', async () => {
    const config = {
      providers: { local: { ...local, apiKeyEnv: 'LOCAL_KEY' }, h2o: {} },
      routes: { fast: ['local'] },
    };
    await using opened = await open({ 'sluice.config.json': config }, {}, { LOCAL_KEY: 'secret' });
    expect(opened.loaded?.file).toMatch(/sluice\.config\.json$/);
    expect(opened.notice).toBeUndefined();
    expect(opened.registry.providers.map(({ id }) => id)).toEqual(['local', 'h2o']);
    expect(opened.registry.routes).toEqual(['fast']);
  });

  it('makes the sandbox answer only where somebody says how the sandbox is to be', async () => {
    await using opened = await open(
      { 'sluice.config.json': { providers: { local } } },
      { sandboxDown: ['h2o'] },
    );
    expect(opened.sandbox).toBeDefined();
  });

  it('has a third party’s provider answer once it allows it, and says how to until then', async () => {
    const echo = { use: 'echo', options: { reply: 'hi' } };
    const files = (config: object) => echoApplication({ 'sluice.config.json': config });
    await using opened = await open(files({ allow: ['sluice-provider-echo'], providers: { echo } }));
    expect((await complete(opened.registry, hello)).text).toBe('hi');
    await expect(open(files({ providers: { echo } }))).rejects.toThrow(
      'to use it, name it: allow: ["sluice-provider-echo"]',
    );
  });

  it('keeps its providers when a registry is made anew', async () => {
    await using opened = await open({ 'sluice.config.json': { providers: { local } } });
    await expect(complete(opened.registry, { ...hello, model: 'local:any' })).rejects.toThrow('refused');
    const renewed = opened.renewed();
    expect(renewed.snapshot().targets[0]?.successRate).toBe(1);
    expect(renewed.providers[0]?.provider).toBe(opened.registry.providers[0]?.provider);
  });
});

describe('a mistake is told with its file and line', () => {
  it.each([
    [
      'an unknown key',
      { providers: { local: { ...local, wieght: 1 } } },
      'sluice.config.json: line 8, providers.local.wieght: unknown key; did you mean weight?',
    ],
    [
      'a variable that is not set',
      { providers: { local: { ...local, apiKeyEnv: 'NOT_SET' } } },
      'sluice.config.json: line 8, providers.local.apiKeyEnv: the environment variable NOT_SET is not set; it holds a key of the provider local',
    ],
    [
      'a target that there is not',
      { providers: { local }, routes: { fast: { targets: ['local', 'nowhere'] } } },
      'sluice.config.json: line 14: routes["fast"].targets[1]: no provider or model is named "nowhere"',
    ],
  ])('%s', async (_name, config, message) => {
    expect(await refusal(config)).toBe(message);
  });
});
