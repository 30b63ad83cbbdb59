import type { JsonSchema } from '@sluice/core';
import { describe, expect, it, vi } from 'vitest';
import { createRegistry } from '../create-registry.ts';
import { applicationOf, type FixturePackage, importedProviders, manifestOf } from './application.fixture.ts';
import { DiscoveryError } from './diagnostic.ts';
import { discoverProviders } from './discover-providers.ts';
import type { LoadedProvider, ProviderOptions } from './discovered-provider.ts';

/** Loads the only provider of an application. */
async function load(plugin: FixturePackage, options?: ProviderOptions): Promise<LoadedProvider> {
  const folder = applicationOf({ packages: { plugin } });
  const { providers } = await discoverProviders({ from: folder, allow: ['plugin'] });
  const [found] = providers;
  if (!found) throw new Error('nothing was found');
  return found.load(options);
}

async function failureOf(loading: Promise<unknown>): Promise<DiscoveryError> {
  const failure = await loading.then(
    () => new Error('it was loaded'),
    (error: unknown) => error,
  );
  if (failure instanceof DiscoveryError) return failure;
  throw failure;
}

const taking = (options: JsonSchema, id = 'taking'): FixturePackage => ({
  sluice: manifestOf(id, { options }),
});

const refusing = (options: JsonSchema): FixturePackage => taking(options, 'refusing');

describe('loading a provider', () => {
  it('imports its code only now, and gives what a registry takes', async () => {
    const folder = applicationOf({ packages: { plugin: { sluice: manifestOf('late') } } });
    const { providers } = await discoverProviders({ from: folder, allow: ['plugin'] });
    expect(importedProviders()).not.toContain('late');
    const loaded = await providers[0]?.load();
    expect(importedProviders()).toContain('late');
    expect(loaded).toEqual({
      provider: expect.objectContaining({ id: 'late' }),
      manifest: manifestOf('late'),
    });
    const registry = createRegistry({ providers: [loaded as LoadedProvider] });
    expect(registry.plan({ model: 'large', messages: [{ role: 'user', content: 'Hello' }] }).plan).toEqual([
      'late:large',
    ]);
  });

  it('hands the options on as they are, and does not mistake an inherited name for one', async () => {
    const properties = { constructor: { type: 'string' }, url: { type: 'string', default: 'http://x' } };
    const options = { list: [1, { deep: null }], url: undefined };
    const { provider } = await load(taking({ type: 'object', properties }), options);
    expect((provider as unknown as { options: unknown }).options).toBe(options);
  });

  it('takes an id of its own from the options', async () => {
    const { provider } = await load({ sluice: manifestOf('plain') }, { id: 'mine' });
    expect(provider.id).toBe('mine');
  });

  it('goes through the exports map of a package that has only ESM, to another entry than the main one', async () => {
    const { provider } = await load({
      sluice: manifestOf('esm', { entry: './chat', factory: 'make' }),
      code: 'throw new Error("the main entry was imported");',
      packageJson: { exports: { '.': './index.js', './chat': { require: './no.cjs', import: './chat.js' } } },
      files: {
        'chat.js': `
          await undefined;
          export async function make() {
            return { id: 'esm', capabilities: {}, stream() {}, listModels() {}, close() {} };
          }`,
      },
    });
    expect(provider.id).toBe('esm');
  });

  it('takes what defineProvider gives as well as a function', async () => {
    const code = `export const create = { manifest: {}, create: () =>
      ({ id: 'defined', capabilities: {}, stream() {}, listModels() {}, close() {} }) };`;
    expect((await load({ sluice: manifestOf('defined'), code })).provider.id).toBe('defined');
  });
});

describe('options that do not fit the manifest are refused before any code runs', () => {
  const schema: JsonSchema = {
    type: 'object',
    additionalProperties: false,
    required: ['baseURL'],
    properties: {
      baseURL: { type: 'string', format: 'uri' },
      end: { enum: ['auto', 'event', 'body'] },
      temperature: { type: 'number', minimum: 0 },
      models: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
      limits: { $ref: '#/$defs/limits' },
      proxy: { anyOf: [{ type: 'string' }, { const: false }] },
      apiKey: { type: 'string', pattern: '^k' },
      both: { dependentRequired: { a: ['b'] } },
    },
    $defs: {
      limits: {
        type: 'object',
        additionalProperties: false,
        properties: { 'total/ms': { type: 'integer' } },
      },
    },
  };
  const fit = { baseURL: 'http://127.0.0.1:1/v1' };

  it.each<[string, ProviderOptions, string]>([
    ['a missing one', {}, 'options.baseURL: is missing'],
    ['a wrong type', { ...fit, temperature: '1' }, 'options.temperature: expected number, got "1"'],
    ['a wrong form', { baseURL: 'nope' }, 'options.baseURL: expected a text of the form uri, got "nope"'],
    [
      'a wrong word',
      { ...fit, end: 'bodi' },
      'options.end: expected "auto" or "event" or "body", got "bodi"; did you mean body?',
    ],
    ['an unknown one', { ...fit, modles: [] }, 'options.modles: unknown option; did you mean models?'],
    ['an unknown one, far from all', { ...fit, zzz: 1 }, 'unknown option; known are baseURL, end,'],
    [
      '__proto__',
      JSON.parse('{"baseURL": "http://x", "__proto__": {}}'),
      'options.__proto__: unknown option',
    ],
    ['a number out of range', { ...fit, temperature: -1 }, 'options.temperature: -1 is less than 0'],
    ['an entry of a list', { ...fit, models: ['a', 2] }, 'options.models[1]: expected string, got 2'],
    ['an empty list', { ...fit, models: [] }, 'options.models: array has too few items (0 < 1)'],
    [
      'a number for one of several forms',
      { ...fit, proxy: 3 },
      'expected string, got 3, or expected false, got 3',
    ],
    [
      'a name with a slash in something referred to',
      { ...fit, limits: { 'total/ms': 1.5 } },
      'options.limits["total/ms"]: expected integer, got 1.5',
    ],
    [
      'one that is needed beside another',
      { ...fit, both: { a: 1 } },
      'options.both: instance has "a" but does not have "b"',
    ],
    ['a function', { ...fit, models: () => [] }, 'options.models: expected JSON, got a function'],
    ['a class', { ...fit, limits: new Map() }, 'options.limits: expected JSON, got an object'],
    ['two mistakes', { end: 1 }, 'options.baseURL: is missing; options.end: expected '],
  ])('%s', async (_what, options, message) => {
    const failure = await failureOf(load(refusing(schema), options));
    expect(failure.message).toContain(message);
    expect(failure.diagnostic).toMatchObject({ code: 'bad-options', packageName: 'plugin' });
    expect(importedProviders()).not.toContain('refusing');
  });

  it('without repeating what may be a credential', async () => {
    const { message } = await failureOf(
      load(refusing(schema), { ...fit, apiKey: 'hunter2', end: 'sk-live-0123456789abcdef' }),
    );
    expect(message).toContain('options.apiKey: string does not match pattern');
    expect(message).not.toMatch(/hunter2|0123456789/);
  });

  it('a circle is an error and no endless loop', async () => {
    const circle: { [key: string]: unknown } = {};
    circle.models = circle;
    expect((await failureOf(load(refusing(schema), circle))).message).toContain('is nested too deeply');
  });

  it.each<[string, JsonSchema]>([
    ['that refers to nothing', { $ref: '#/$defs/none' }],
    ['that never ends', { $ref: '#' }],
    ['with a broken pattern', { type: 'object', properties: { a: { pattern: '(' } } }],
  ])('a schema %s is the package’s mistake', async (_what, options) => {
    const { message, diagnostic } = await failureOf(load(refusing(options), { a: 'b' }));
    expect(diagnostic.code).toBe('bad-manifest');
    expect(message).toContain('plugin cannot be loaded from ');
    expect(message).toContain('the schema of its options is wrong: ');
  });
});

describe('code that is not what its manifest says is an error that names package and folder', () => {
  const sluice = manifestOf('said');

  it.each<[string, string, string, string]>([
    ['does not parse', 'export const =', 'import-failed', 'importing it failed: SyntaxError'],
    [
      'fails when it is imported',
      'throw new TypeError("no such thing\\n at all")',
      'import-failed',
      'importing it failed: TypeError: no such thing',
    ],
    [
      'lacks what it imports',
      'import "sluice-no-such-package"',
      'import-failed',
      'importing it failed: Error: Cannot find package',
    ],
    [
      'has no such export',
      'export const creates = () => {}',
      'no-factory',
      'it has no function create to make a provider with; is creates meant?',
    ],
    ['has no export at all', '', 'no-factory', 'it exports nothing'],
    ['exports no function', 'export const create = "x"', 'no-factory', 'it has no function create'],
    [
      'throws when it is called',
      'export const create = () => { throw new RangeError("too much") }',
      'factory-failed',
      'create() failed: RangeError: too much',
    ],
    [
      'gives nothing',
      'export const create = () => {}',
      'not-a-provider',
      'create() gave nothing and no provider',
    ],
    [
      'gives something else',
      'export const create = () => ({ id: "said", stream() {} })',
      'not-a-provider',
      'an object without listModels, close, capabilities, which is no provider',
    ],
    [
      'gives another provider',
      'export const create = () => ({ id: "other", capabilities: {}, stream() {}, listModels() {}, close() {} })',
      'not-a-provider',
      'a provider whose id is "other", but its manifest says said',
    ],
  ])('%s', async (_what, code, diagnosticCode, message) => {
    const failure = await failureOf(load({ sluice, code }));
    expect(failure.diagnostic.code).toBe(diagnosticCode);
    expect(failure.message).toMatch(/^plugin cannot be loaded from \/.*node_modules\/plugin: /);
    expect(failure.message).toContain(message);
    expect(failure.message).not.toContain('\n');
  });

  it('a factory that repeats its options does not bring a credential into the error', async () => {
    const code = 'export const create = (options) => { throw new Error("bad key " + options.apiKey) }';
    const { message } = await failureOf(load({ sluice, code }, { apiKey: 'correct-horse' }));
    expect(message).toContain('create() failed: Error: bad key [redacted]');
  });

  it.each([
    ['import', 'await new Promise(() => {}); export const create = () => {};', 'importing it failed'],
    ['factory', 'export const create = () => new Promise(() => {});', 'create() failed'],
  ])('whose %s never ends is given up', async (_what, code, message) => {
    vi.useFakeTimers();
    try {
      const failed = failureOf(load({ sluice: manifestOf('hanging'), code }));
      // The limit begins once the files were read.
      await vi.waitUntil(() => vi.getTimerCount() > 0);
      await vi.advanceTimersByTimeAsync(30_000);
      expect((await failed).message).toContain(`${message}: Error: it did not end within 30 s`);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
