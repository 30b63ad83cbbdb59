import { describe, expect, it } from 'vitest';
import { candidatesFor } from './candidates.ts';
import { createEngine } from './create-engine.ts';
import { createDirectory, type Directory } from './directory.ts';
import { fakeProvider } from './fake-provider.fixture.ts';
import { createTargetState } from './target-state.ts';

const directoryOf = (sources: Parameters<typeof createDirectory>[0]): Directory => {
  const { shared } = createEngine('registry', { providers: sources }, () => directory);
  return createDirectory(sources, (id, member, settings) => createTargetState(id, member, settings, shared));
};

const directory: Directory = directoryOf([
  { provider: fakeProvider('h2o'), models: ['falcon-40b', 'shared'], defaultModel: 'falcon-40b' },
  {
    provider: fakeProvider('ylokh'),
    models: ['gpt-3.5-turbo', 'shared'],
    aliases: { turbo: 'gpt-3.5-turbo' },
    defaultModel: 'gpt-3.5-turbo',
  },
  {
    provider: fakeProvider('ollama'),
    models: ['llama3:8b', 'meta/llama-2:70b'],
    aliases: { turbo: 'llama3:8b' },
  },
]);

const ids = (name: string): string[] => candidatesFor(name, directory).map(({ id }) => id);

describe('a requested name', () => {
  it.each([
    ['h2o:falcon-40b', ['h2o:falcon-40b']],
    ['ollama:llama3:8b', ['ollama:llama3:8b']],
    ['ollama:meta/llama-2:70b', ['ollama:meta/llama-2:70b']],
    ['ollama:not/listed:yet', ['ollama:not/listed:yet']],
    ['ylokh:turbo', ['ylokh:gpt-3.5-turbo']],
    ['h2o', ['h2o:falcon-40b']],
    ['h2o:', ['h2o:falcon-40b']],
    ['ollama', ['ollama']],
    ['falcon-40b', ['h2o:falcon-40b']],
    ['llama3:8b', ['ollama:llama3:8b']],
    ['shared', ['h2o:shared', 'ylokh:shared']],
    ['turbo', ['ylokh:gpt-3.5-turbo', 'ollama:llama3:8b']],
    ['llama3', []],
    [':falcon-40b', []],
    ['nobody:gpt-4', []],
    ['constructor', []],
    ['__proto__', []],
  ])('%s means %j', (name, expected) => {
    expect(ids(name)).toEqual(expected);
  });

  it('that is a provider alone means its only model, where one is listed and none is the default', () => {
    const alone = directoryOf([{ provider: fakeProvider('local'), models: ['llama3:8b'] }]);
    expect(candidatesFor('local', alone).map(({ id }) => id)).toEqual(['local:llama3:8b']);
  });

  it('finds a model by bare name from the manifest, with what the registration adds to it', () => {
    const manifest = {
      api: 1,
      id: 'h2o',
      title: 'H2O',
      factory: 'createH2o',
      working: false,
      needsAuth: false,
      capabilities: fakeProvider('h2o').capabilities,
      defaultModel: 'falcon-40b',
      models: ['falcon-40b', 'falcon-7b'],
      modelAliases: { falcon: 'falcon-40b' },
    } as const;
    const found = directoryOf([
      {
        provider: fakeProvider('mine'),
        manifest,
        aliases: { small: 'falcon-7b' },
        defaultModel: 'falcon-7b',
      },
    ]);
    expect(candidatesFor('falcon', found)[0]?.id).toBe('mine:falcon-40b');
    expect(candidatesFor('small', found)[0]?.id).toBe('mine:falcon-7b');
    expect(candidatesFor('mine', found)[0]?.id).toBe('mine:falcon-7b');
  });
});
