import { describe, expect, it, vi } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf, fakeProvider, inOrder } from './fake-provider.fixture.ts';
import { NoTargetError } from './no-target-error.ts';

const picture = {
  messages: [{ role: 'user', content: [{ type: 'image', url: 'https://example.com/a.png' }] }],
} as const;

describe('plan()', () => {
  it('tells where a request would go, in which order and why, and asks nobody', async () => {
    const blind = fakeProvider('blind', undefined, { capabilities: { vision: 'none' } });
    const seeing = fakeProvider('seeing');
    const registry = createRegistry({
      ...inOrder,
      providers: [
        { provider: blind, models: ['m'] },
        { provider: seeing, models: ['m'] },
      ],
    });
    const decision = registry.plan({ ...picture, model: 'm' });
    expect(decision).toEqual({
      requested: 'm',
      strategy: 'ordered',
      candidates: [
        {
          target: 'seeing:m',
          provider: 'seeing',
          model: 'm',
          verdict: 'eligible',
          reason: 'in the order of the configuration',
          score: 0,
          terms: {},
        },
        {
          target: 'blind:m',
          provider: 'blind',
          model: 'm',
          verdict: 'refused',
          reason: 'blind cannot do images; choose another provider or leave them out',
        },
      ],
      plan: ['seeing:m'],
      attempts: [],
    });
    expect(registry.plan({ ...picture, model: 'm' })).toEqual(decision);
    expect([...blind.calls, ...seeing.calls]).toEqual([]);

    const stream = await registry.stream({ ...picture, model: 'm' });
    expect(stream.route).toMatchObject({ candidates: decision.candidates, plan: decision.plan });
  });

  it('lists at most 64 targets of thousands', () => {
    const providers = Array.from({ length: 5_000 }, (_, index) => ({
      provider: fakeProvider(`p${index}`, undefined, index % 2 ? { capabilities: { vision: 'none' } } : {}),
      models: ['m'],
    }));
    const decision = createRegistry({ providers }).plan({ ...picture, model: 'm' });
    expect(decision.plan).toHaveLength(16);
    expect(decision.candidates).toHaveLength(64);
    expect(JSON.stringify(decision).length).toBeLessThan(32_768);
  });

  it('looks at each target as often, however many there are', () => {
    const looksPerTarget = (size: number): number => {
      const provider = fakeProvider('one');
      const { capabilities } = provider;
      const look = vi.fn(() => capabilities);
      Object.defineProperty(provider, 'capabilities', { get: look });
      const models = Array.from({ length: size }, (_, index) => `m${index}`);
      const registry = createRegistry({
        providers: [{ provider, models }],
        routes: { all: models.map((model) => `one:${model}`) },
      });
      look.mockClear();
      registry.plan({ ...ask, model: 'all' });
      return look.mock.calls.length / size;
    };
    expect(looksPerTarget(10)).toBeGreaterThan(0);
    expect(looksPerTarget(1_000)).toBe(looksPerTarget(10));
  });

  it('refuses a wrong request as a provider does', () => {
    const registry = createRegistry({ providers: [fakeProvider('a')] });
    expect(() => registry.plan({ messages: [] })).toThrow('messages is empty');
  });
});

describe('a name that nobody has', () => {
  const registry = createRegistry({
    providers: [
      { provider: fakeProvider('h2o'), models: ['falcon-40b'] },
      { provider: fakeProvider('ylokh'), models: ['gpt-3.5-turbo'] },
    ],
    routes: { fast: ['ylokh'] },
  });

  it.each([
    ['falcon-40', 'did you mean falcon-40b?'],
    ['fasst', 'did you mean fast?'],
    ['H2O', 'did you mean h2o?'],
    ['ylok:gpt-4-turbo-preview', 'did you mean ylokh:gpt-4-turbo-preview?'],
    ['claude', 'ask for provider:model if one of them takes it'],
  ])('%.30s is refused with a hint', async (model, hint) => {
    const error = await failureOf(registry.stream({ ...ask, model }));
    expect(error).toBeInstanceOf(NoTargetError);
    expect(error.code).toBe('model-not-found');
    expect(error.message).toContain('none of the providers h2o, ylokh lists a model');
    expect(error.message).toContain(hint);
    expect(error.message.length).toBeLessThan(500);
    expect(() => registry.plan({ ...ask, model })).toThrow(error.message);
  });

  it.each(['', 'h2o:'])(
    '%sand a name of 100,000 characters: is refused, and not remembered',
    async (prefix) => {
      const model = `${prefix}${'x'.repeat(100_000)}`;
      const error = await failureOf(registry.stream({ ...ask, model }));
      expect(error).toMatchObject({ name: 'NoTargetError', code: 'model-not-found' });
      expect(error.message.length).toBeLessThan(300);
      expect(() => registry.plan({ ...ask, model })).toThrow(error.message);
      expect(JSON.stringify(registry.snapshot())).not.toContain('xxx');
    },
  );

  it('is no target at all without providers', async () => {
    const empty = createRegistry({ providers: [] });
    expect(await failureOf(empty.stream(ask))).toMatchObject({ code: 'no-target' });
    expect(await failureOf(empty.stream({ ...ask, model: 'x' }))).toMatchObject({ code: 'model-not-found' });
  });
});

describe('a request that no target can take', () => {
  const blind = (id: string) => fakeProvider(id, undefined, { capabilities: { vision: 'none' } });
  const narrow = (id: string) => fakeProvider(id, undefined, { capabilities: { maxInputChars: 10 } });

  it('is unsupported if all say so, with every reason, and nobody is asked', async () => {
    const providers = [blind('a'), blind('b')];
    const registry = createRegistry({ providers, default: ['a', 'b'] });
    const error = await failureOf(registry.stream(picture));
    expect(error).toMatchObject({ code: 'unsupported', name: 'NoTargetError', sent: 'no' });
    expect(error.message).toContain('a cannot do images');
    expect(error.message).toContain('b cannot do images');
    expect(error.toJSON().candidates).toMatchObject([{ verdict: 'refused' }, { verdict: 'refused' }]);
    expect(registry.plan(picture).plan).toEqual([]);
    expect(providers.flatMap(({ calls }) => calls)).toEqual([]);
  });

  it('is context-length if it is too long for all, and no-target if the reasons differ', async () => {
    const long = createRegistry({ providers: [narrow('a'), narrow('b')], default: ['a', 'b'] });
    expect(await failureOf(long.stream(ask))).toMatchObject({ code: 'context-length' });
    const mixed = createRegistry({ providers: [narrow('a'), blind('b')], default: ['a', 'b'] });
    const both = {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'What is on it?' }, ...picture.messages[0].content] },
      ],
    } as const;
    expect(await failureOf(mixed.stream(both))).toMatchObject({ code: 'no-target' });
  });
});
