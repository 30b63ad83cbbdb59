import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { echoProvider } from './echo-codec.fixture.ts';
import { checkManifest, defineProvider, type ProviderManifest } from './manifest.ts';

const { capabilities } = echoProvider('http://127.0.0.1');

const good: ProviderManifest = {
  api: 1,
  id: 'echo-2',
  title: 'Echo',
  homepage: 'https://example.org',
  entry: '.',
  factory: 'createEcho',
  working: true,
  needsAuth: false,
  capabilities: { ...capabilities, audio: 'none', files: 'emulated', maxInputChars: 9, parameters: ['topP'] },
  defaultModel: 'echo-1',
  models: ['echo-1'],
  modelAliases: { echo: 'echo-1' },
  options: { type: 'object' },
};

const capable = (changes: object): object => ({ capabilities: { ...capabilities, ...changes } });

describe('checkManifest', () => {
  it('has nothing to say about a good one', () => {
    expect(checkManifest(good)).toEqual([]);
    expect(checkManifest(JSON.parse(JSON.stringify(good)))).toEqual([]);
  });

  it.each([
    [{ api: 2 }, 'api must be 1, the version of the contract that this registry speaks, got 2'],
    [{ api: undefined }, 'api must be 1, the version of the contract that this registry speaks, got nothing'],
    [{ id: 'Echo' }, 'id must be lower-case letters, digits and hyphens'],
    [{ id: '-echo' }, 'id must be lower-case letters, digits and hyphens'],
    [{ id: 'a:b' }, 'id must be lower-case letters, digits and hyphens'],
    [{ id: '' }, 'id must be lower-case letters, digits and hyphens'],
    [{ title: '' }, 'title must be a non-empty string'],
    [{ factory: undefined }, 'factory must name an export'],
    [{ entry: 5 }, 'entry must be an export path such as "."'],
    [{ working: 'yes' }, 'working must be true or false'],
    [{ needsAuth: undefined }, 'needsAuth must be true or false'],
    [{ models: 'echo-1' }, 'models must be an array of strings'],
    [{ models: [1] }, 'models must be an array of strings'],
    [{ modelAliases: { echo: 1 } }, 'modelAliases must be an object of strings'],
    [{ modelAliases: ['echo'] }, 'modelAliases must be an object of strings'],
    [{ defaultModel: 1 }, 'defaultModel must be a string'],
    [{ options: [] }, 'options must be a JSON Schema object'],
    [{ capabilities: 'all' }, 'capabilities must be an object'],
    [capable({ tools: 'yes' }), "capabilities.tools must be 'native', 'emulated' or 'none'"],
    [capable({ seed: undefined }), "capabilities.seed must be 'native', 'emulated' or 'none'"],
    [capable({ audio: true }), "capabilities.audio must be 'native', 'emulated' or 'none'"],
    [capable({ needsAuth: 1 }), 'capabilities.needsAuth must be true or false'],
    [capable({ maxInputChars: 0 }), 'capabilities.maxInputChars must be a whole number from 1'],
    [capable({ parameters: 'topP' }), 'capabilities.parameters must be an array of strings'],
  ])('%j is one mistake', (change, problem) => {
    expect(checkManifest({ ...good, ...change })).toEqual([problem]);
  });

  it('lists every mistake', () => {
    expect(checkManifest({}).length).toBeGreaterThan(5);
  });

  it('never throws, whatever it is given', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true });
    fc.assert(
      fc.property(anything, anything, (value, field) => {
        expect(checkManifest(value).length).toBeGreaterThan(0);
        expect(checkManifest({ ...good, api: field, capabilities: field }).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('defineProvider', () => {
  const create = (): never => {
    throw new Error('not needed');
  };

  it('gives back what it was given', () => {
    const definition = { manifest: good, create };
    expect(defineProvider(definition)).toBe(definition);
  });

  it('tells its author every mistake at once', () => {
    const manifest = { ...good, id: 'ECHO', title: '' };
    expect(() => defineProvider({ manifest, create })).toThrow(
      new TypeError(
        'the manifest of provider ECHO is wrong: id must be lower-case letters, digits and hyphens; title must be a non-empty string',
      ),
    );
  });
});
