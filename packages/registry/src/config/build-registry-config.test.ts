import type { ChatRequest, ProviderManifest } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../create-registry.ts';
import {
  applicationOf,
  closedProviders,
  type FixturePackage,
  importedProviders,
  manifestOf,
} from '../discovery/application.fixture.ts';
import { discoverProviders } from '../discovery/discover-providers.ts';
import type { Registry } from '../registry.ts';
import { type BuiltConfig, buildRegistryConfig } from './build-registry-config.ts';
import { checkConfig } from './check-config.ts';
import type { Environment } from './environment-options.ts';
import type { SluiceConfig } from './sluice-config.ts';

/** A package whose factory takes these options; without any, whatever comes. */
const plugin = (id: string, options?: object, more: Partial<ProviderManifest> = {}): FixturePackage => ({
  sluice: manifestOf(id, {
    ...more,
    ...(options === undefined
      ? {}
      : { options: { type: 'object', additionalProperties: false, properties: options } }),
  }),
});

const text = { type: 'string' };
const packages: { readonly [name: string]: FixturePackage } = {
  '@sluice/provider-keyed': plugin('keyed', {
    id: text,
    apiKey: text,
    models: { type: 'array' },
    headers: {},
  }),
  '@sluice/provider-plain': plugin('plain', { baseURL: text }),
  '@sluice/provider-open': plugin('open'),
  stranger: plugin('stranger'),
};

async function build(
  config: SluiceConfig,
  { env = {}, installed = packages }: { env?: Environment; installed?: typeof packages } = {},
): Promise<BuiltConfig> {
  const checked = checkConfig(config);
  const discovery = await discoverProviders({
    from: applicationOf({ packages: installed }),
    allow: checked.allow,
  });
  return buildRegistryConfig(checked, discovery, env);
}

const ask = (model: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model,
  messages: [{ role: 'user', content: 'Hello' }],
  ...more,
});

/** What the provider that answered was made of and asked for. */
async function answered(
  registry: Registry,
  request: ChatRequest,
): Promise<{ target: string; model?: string; options: unknown; providerOptions?: unknown }> {
  const stream = await registry.stream(request);
  const { text: answer } = await stream.result();
  return { target: stream.route?.target, ...JSON.parse(answer) };
}

describe('a configuration becomes a registry', () => {
  it('whose instances of one package stand beside each other under their names, with their own keys and settings', async () => {
    const { registry, diagnostics } = await build(
      {
        providers: {
          east: { use: 'keyed', apiKeyEnv: 'EAST_KEY', options: { models: ['m1'] }, weight: 3 },
          west: {
            use: '@sluice/provider-keyed',
            optionsEnv: { 'headers.cookie': 'WEST_COOKIE' },
            options: { headers: { a: 'b' } },
            limits: { concurrency: 1 },
            aliases: { fast: 'small' },
            defaultModel: 'large',
          },
          plain: {},
        },
        limits: { concurrency: 9 },
        seed: 1,
      },
      { env: { EAST_KEY: 'e-1', WEST_COOKIE: 'w-1' } },
    );
    expect(diagnostics).toEqual([]);
    expect(registry.providers).toMatchObject([
      { provider: { id: 'east' }, models: ['m1'], weight: 3, limits: { concurrency: 9 } },
      { provider: { id: 'west' }, aliases: { fast: 'small' }, limits: { concurrency: 1 } },
      { provider: { id: 'plain' }, manifest: { models: ['small', 'large'] } },
    ]);
    const chat = createRegistry(registry);
    expect(await answered(chat, ask('m1'))).toEqual({
      target: 'east:m1',
      model: 'm1',
      options: { id: 'east', apiKey: 'e-1', models: ['m1'] },
    });
    expect(await answered(chat, ask('west'))).toEqual({
      target: 'west:large',
      model: 'large',
      options: { id: 'west', headers: { a: 'b', cookie: 'w-1' } },
    });
    expect(chat.plan(ask('fast')).plan).toEqual(['west:small']);
  });

  it('a package whose factory takes no id is named all the same, and its options reach it', async () => {
    const { registry } = await build({
      providers: { one: { use: 'plain', options: { baseURL: 'http://1' } }, two: { use: 'plain' } },
    });
    const chat = createRegistry(registry);
    const request = ask('one:small', { providerOptions: { one: { nsfw: true } } });
    expect(await answered(chat, request)).toEqual({
      target: 'one:small',
      model: 'small',
      options: { baseURL: 'http://1' },
      providerOptions: { plain: { nsfw: true } },
    });
    expect((await answered(chat, ask('two'))).options).toEqual({});
  });

  it('several keys become instances that are used in turn, by the names of their variables', async () => {
    const { registry } = await build(
      { providers: { keyed: { keysEnv: ['KEY_A', 'KEY_B'] } } },
      { env: { KEY_A: 'a', KEY_B: 'b' } },
    );
    expect(registry.providers[0]?.credentials?.map(({ name }) => name)).toEqual(['KEY_A', 'KEY_B']);
    const chat = createRegistry(registry);
    const keys = new Set<unknown>();
    for (let call = 0; call < 2; call += 1) keys.add((await answered(chat, ask('keyed:small'))).options);
    expect([...keys]).toEqual([
      { id: 'keyed', apiKey: 'a' },
      { id: 'keyed', apiKey: 'b' },
    ]);
  });

  it('routes take requests by their conditions, keep sessions together, and fall back last', async () => {
    const { registry } = await build({
      providers: { plain: {}, open: {}, last: { use: 'open' } },
      routes: {
        list: ['open', 'plain'],
        picky: {
          targets: ['plain:small', 'open:small'],
          strategy: 'ordered',
          conditions: { 'plain:small': { maxInputChars: 3 } },
          maxAttempts: 2,
        },
        sessions: { targets: ['plain:small', 'open:small'], sticky: { metadata: 'session' } },
        safe: {
          targets: ['plain', 'open:large'],
          fallback: ['last:small', 'large'],
          strategy: 'round-robin',
          maxAttempts: 9,
        },
      },
      default: 'picky',
      strategy: 'latency',
      seed: 1,
    });
    const chat = createRegistry(registry);
    expect(chat.plan(ask('list'))).toMatchObject({ strategy: 'latency' });
    const picky = chat.plan({ messages: [{ role: 'user', content: 'Hello' }] });
    expect(picky).toMatchObject({ requested: 'default', strategy: 'ordered', plan: ['open:small'] });
    expect(JSON.stringify(picky.candidates)).toContain('takes requests of up to 3 characters, this has 5');
    const homes = (session: string): string | undefined =>
      chat.plan(ask('sessions', { metadata: { session } })).plan[0];
    expect(homes('x')).toBe(homes('x'));
    expect(new Set([...'abcdefgh'].map(homes)).size).toBe(2);
    const safe = chat.plan(ask('safe'));
    expect(safe.strategy).toBe('round-robin, then fallback');
    expect(safe.plan).toEqual(['plain', 'open:large', 'last:small', 'plain:large', 'last:large']);
  });
});

describe('a provider that is disabled', () => {
  it('is not imported, needs no key, may stand in routes, and plans tell why it gets nothing', async () => {
    const { registry } = await build({
      providers: {
        off: { use: 'stranger', apiKeyEnv: 'NOT_SET', disabled: 'closed since 2024' },
        gone: { use: 'no-longer-installed', disabled: true },
        open: {},
      },
      routes: { all: { targets: ['off:small', 'gone:x', 'open:small'], strategy: 'ordered' } },
    });
    const plan = createRegistry(registry).plan(ask('all'));
    expect(plan.plan).toEqual(['open:small']);
    const reasons = plan.candidates.map(({ target, reason }) => `${target}: ${reason}`).join('\n');
    expect(reasons).toContain('off:small: disabled: closed since 2024');
    expect(reasons).toContain('gone:x: disabled: it is disabled in the configuration');
    expect(importedProviders()).not.toContain('stranger');
  });
});

describe('a package that fails', () => {
  const failing: FixturePackage = { ...plugin('failing'), code: 'throw new Error("broken release");' };

  it('is a diagnostic; its provider is switched off with the reason, and the others serve', async () => {
    const { registry, diagnostics } = await build(
      { providers: { failing: {}, open: {} }, routes: { both: ['failing:small', 'open:small'] } },
      { installed: { ...packages, '@sluice/provider-failing': failing } },
    );
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'import-failed' }]);
    const chat = createRegistry(registry);
    expect((await answered(chat, ask('both'))).target).toBe('open:small');
    expect(JSON.stringify(chat.plan(ask('both')).candidates)).toContain('broken release');
    const { provider } = registry.providers[0] as { provider: Registry };
    await expect(provider.stream(ask('small'))).rejects.toThrow('failing cannot be used: ');
  });

  it('is an error if no provider is left', async () => {
    const building = build(
      { providers: { failing: {} } },
      { installed: { '@sluice/provider-failing': failing } },
    );
    await expect(building).rejects.toThrow(/providers: none of them can be used: .*broken release/);
  });
});

describe('a mistake that shows only now is told with its path, with all others', () => {
  const path = (config: SluiceConfig['providers'], env: Environment = {}): Promise<BuiltConfig> =>
    build({ providers: config }, { env });

  it.each<[string, SluiceConfig['providers'], Environment, string]>([
    [
      'a variable that is not set',
      { keyed: { apiKeyEnv: 'MY_KEY' } },
      {},
      'providers.keyed.apiKeyEnv: the environment variable MY_KEY is not set; it holds a key of the provider keyed',
    ],
    [
      'one of several that is empty',
      { keyed: { keysEnv: ['A', 'B'] } },
      { A: 'x', B: '' },
      'providers.keyed.keysEnv[1]: the environment variable B is empty; it holds a key of the provider keyed',
    ],
    [
      'a variable that every object has',
      { keyed: { apiKeyEnv: 'toString' } },
      {},
      'the environment variable toString is not set',
    ],
    [
      'an option from a variable that is not set',
      { open: { optionsEnv: { proxy: 'PROXY' } } },
      {},
      'providers.open.optionsEnv.proxy: the environment variable PROXY is not set; it holds the option proxy of the provider open',
    ],
    [
      'an option without a place',
      { keyed: { options: { headers: 'x' }, optionsEnv: { 'headers.cookie': 'C' } } },
      { C: 'x' },
      'providers.keyed.optionsEnv["headers.cookie"]: headers.cookie cannot be set: it has no place in the options',
    ],
    [
      'an option that would be a prototype',
      { keyed: { optionsEnv: { 'headers.__proto__.x': 'C' } } },
      { C: 'x' },
      'headers.__proto__.x cannot be set',
    ],
    [
      'a key for a provider that takes none',
      { plain: { apiKeyEnv: 'K' } },
      { K: 'x' },
      'providers.plain.apiKeyEnv: the provider plain has no option apiKey; leave it out, or name the option in optionsEnv',
    ],
    [
      'an option that does not fit',
      { plain: { options: { baseUrl: 'x' } } },
      {},
      'providers.plain.options.baseUrl: unknown option; did you mean baseURL?',
    ],
    [
      'another id',
      { east: { use: 'keyed', options: { id: 'west' } } },
      {},
      "providers.east.options.id: leave it out: the provider's id is its name here, east",
    ],
    [
      'a provider that is not installed',
      { plaim: {} },
      {},
      'providers.plaim: no installed provider has the id plaim; did you mean plain?',
    ],
    [
      'one that is like no other',
      { x: { use: 'zzzzzz' } },
      {},
      'providers.x.use: no installed provider has the id zzzzzz; installed are keyed, plain, open, stranger',
    ],
    [
      'one that is not allowed',
      { stranger: {} },
      {},
      'providers.stranger: stranger is installed, but not trusted, so its code is not loaded; to use it, name it: allow: ["stranger"]',
    ],
  ])('%s', async (_what, config, env, message) => {
    await expect(path(config, env)).rejects.toThrow(message);
  });

  it('all at once, and what was already made is closed', async () => {
    const building = path({ keyed: { apiKeyEnv: 'NONE' }, stranger: {}, made: { use: 'open' } });
    await expect(building).rejects.toThrow(
      /^the configuration has 2 mistakes:\n {2}providers\.keyed.*\n {2}providers\.stranger/,
    );
    expect(closedProviders()).toContain('open');
  });

  it('two packages with one id are named', async () => {
    const installed = { '@sluice/provider-a': plugin('same'), '@sluice/provider-b': plugin('same') };
    await expect(build({ providers: { same: {} } }, { installed })).rejects.toThrow(
      /providers\.same: the provider id same belongs to two packages, @sluice\/provider-a .* and @sluice\/provider-b /,
    );
  });

  it('a broken package without an id is told where the name is looked for', async () => {
    const installed = { '@sluice/provider-new': { sluice: { api: 2 } } };
    await expect(build({ providers: { newer: {} } }, { installed })).rejects.toThrow(
      'none is installed: add its package to the dependencies; @sluice/provider-new cannot be used: its manifest is of version 2',
    );
  });
});
