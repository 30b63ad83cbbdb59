import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { fakeProvider } from './fake-provider.fixture.ts';
import type { RegistryConfig } from './registry.ts';

const providers = [
  { provider: fakeProvider('h2o'), models: ['falcon-40b'], defaultModel: 'falcon-40b' },
  { provider: fakeProvider('ylokh'), models: ['gpt-3.5-turbo'], defaultModel: 'gpt-3.5-turbo' },
  { provider: fakeProvider('flowgpt'), models: ['gpt-3.5-turbo'], defaultModel: 'gpt-3.5-turbo' },
];

const planOf = (config: Omit<RegistryConfig, 'providers'>, model?: string): readonly string[] =>
  createRegistry({ strategy: 'ordered', ...config, providers }).plan({
    messages: [{ role: 'user', content: 'Hello' }],
    ...(model === undefined ? {} : { model }),
  }).plan;

describe('a route', () => {
  it('is tried in its own order, a bare model standing for every provider that has it, each target once', () => {
    const routes = { fast: ['flowgpt', 'gpt-3.5-turbo', 'h2o:falcon-40b', 'flowgpt:gpt-3.5-turbo'] };
    expect(planOf({ routes }, 'fast')).toEqual([
      'flowgpt:gpt-3.5-turbo',
      'ylokh:gpt-3.5-turbo',
      'h2o:falcon-40b',
    ]);
  });

  it('may take the name of a model and then stands before it', () => {
    expect(planOf({ routes: { 'gpt-3.5-turbo': { targets: ['h2o'] } } }, 'gpt-3.5-turbo')).toEqual([
      'h2o:falcon-40b',
    ]);
  });
});

describe('a request without a model', () => {
  it('goes to the first provider', () => {
    expect(planOf({})).toEqual(['h2o:falcon-40b']);
  });

  it.each<[RegistryConfig['default'], readonly string[]]>([
    ['ylokh', ['ylokh:gpt-3.5-turbo']],
    ['gpt-3.5-turbo', ['ylokh:gpt-3.5-turbo', 'flowgpt:gpt-3.5-turbo']],
    ['both', ['flowgpt:gpt-3.5-turbo', 'h2o:falcon-40b']],
    [
      ['ylokh', 'h2o'],
      ['ylokh:gpt-3.5-turbo', 'h2o:falcon-40b'],
    ],
  ])('goes to the configured default %j', (wanted, expected) => {
    expect(planOf({ routes: { both: ['flowgpt', 'h2o'] }, default: wanted as string })).toEqual(expected);
  });
});

describe('a wrong configuration is refused at the start and says where', () => {
  it.each<[string, Partial<RegistryConfig>, string]>([
    ['no provider', { providers: [{} as never] }, 'providers[0] is no provider: pass a ChatProvider'],
    ['null', { providers: [null as never] }, 'providers[0] is no provider'],
    [
      'an id twice',
      { providers: [fakeProvider('a'), fakeProvider('b'), fakeProvider('a')] },
      'providers[2] has the id "a" of providers[0]: give one of them another id',
    ],
    ['a colon in an id', { providers: [fakeProvider('a:b')] }, 'an id is not empty and has no colon'],
    [
      'an unknown target',
      { routes: { fast: ['h2o', 'ylok'] } },
      'routes["fast"].targets[1]: no provider or model is named "ylok"; did you mean ylokh?',
    ],
    [
      'a route without targets',
      { routes: { fast: [] } },
      'routes["fast"].targets must name at least one target',
    ],
    ['a route named as a provider', { routes: { h2o: ['ylokh'] } }, 'a name that is not a provider'],
    ['a route named as a target', { routes: { 'h2o:x': ['ylokh'] } }, 'a name that is not a provider'],
    [
      'an unknown strategy',
      { routes: { fast: { targets: ['h2o'], strategy: 'random' as never } } },
      'routes["fast"].strategy must be one of ordered',
    ],
    ['an unknown default', { default: 'fasst', routes: { fast: ['h2o'] } }, 'did you mean fast?'],
    ['no attempts', { maxAttempts: 0 }, 'maxAttempts must be a whole number from 1, got 0'],
    ['no default', { default: [] }, 'default must name at least one target'],
    ['providers that are no list', { providers: undefined as never }, 'providers must be a list'],
    ['an id with a colon', { id: 'a:b' }, 'id must be a text, not empty and without a colon, got "a:b"'],
    ['a breaker without a window', { breaker: { windowMs: 0 } }, 'breaker.windowMs must be a number from 1'],
    ['a breaker that is always open', { breaker: { inARow: 0 } }, 'breaker.inARow must be a number from 1'],
    ['more than all', { breaker: { share: 2 } }, 'breaker.share must be a number from 0 to 1, got 2'],
    ['a wait of NaN', { retry: { baseMs: Number.NaN } }, 'retry.baseMs must be a number from 0, got NaN'],
    ['a negative budget', { retry: { budget: { ratio: -1 } } }, 'retry.budget.ratio must be a number from 0'],
    ['a wrong budget', { hedgeBudget: 5 as never }, 'hedgeBudget must be an object with some of ratio'],
    ['a text for a time', { timeout: '5s' as never }, 'timeout must be an object with some of connect'],
    ['a text for a limit', { timeout: { idle: '5' as never } }, 'timeout.idle must be a number, got 5'],
    ['null', { queue: null as never }, 'queue must be an object with some of maxWaiting, maxWaitMs'],
    ['a seed of another kind', { seed: 'x' as never }, 'seed must be a number, got x'],
  ])('%s', (_what, config, message) => {
    expect(() => createRegistry({ providers, ...config })).toThrow(TypeError);
    expect(() => createRegistry({ providers, ...config })).toThrow(message);
  });
});
