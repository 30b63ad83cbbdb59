import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { explain } from './explain.ts';
import { ask, failureOf, fakeProvider } from './fake-provider.fixture.ts';
import type { RankInput, Strategy } from './strategies/rank.ts';

describe('a route', () => {
  it('leaves out who does not meet its condition, is disabled, or fails to say so, each with the reason', () => {
    const registry = createRegistry({
      providers: [
        fakeProvider('a'),
        fakeProvider('b'),
        fakeProvider('c'),
        { provider: fakeProvider('d'), disabled: 'under repair' },
      ],
      routes: {
        r: {
          targets: ['a', 'b', 'c', 'd'],
          conditions: {
            a: () => 'only short ones',
            b: ({ user }) => user === 'vip',
            c: () => {
              throw new TypeError(ask.messages[0]?.content as string);
            },
          },
        },
      },
    });
    const { candidates } = registry.plan({ ...ask, model: 'r' });
    expect(candidates.map(({ target, reason }) => [target, reason])).toEqual([
      ['a', 'only short ones'],
      ['b', 'its condition is not met'],
      ['c', 'its condition failed with TypeError'],
      ['d', 'disabled: under repair'],
    ]);
    expect(registry.plan({ ...ask, model: 'r', user: 'vip' }).plan).toEqual(['b']);
  });

  it('keeps a user at one target, gives a canary its share, and takes a strategy of one’s own', async () => {
    const providers = ['a', 'b', 'c', 'd'].map((id) => fakeProvider(id));
    const targets = ['a', 'b', 'c', 'd'];
    const registry = createRegistry({
      providers,
      seed: 1,
      routes: {
        home: { targets, sticky: true },
        trial: { targets, canary: { target: 'd', share: 1 } },
        last: {
          targets,
          strategy: ({ targets: all }) =>
            all.map((target) => ({ target, score: 0, terms: {}, reason: 'mine' })).reverse(),
        },
        picky: {
          targets,
          strategy: ({ targets: all }) =>
            all.slice(0, 1).map((target) => ({ target, score: 0, terms: {}, reason: 'mine' })),
        },
        broken: {
          targets,
          strategy: () => {
            throw new Error('a bug');
          },
        },
      },
    });
    const firsts = new Set<string | undefined>();
    for (let request = 0; request < 10; request += 1) {
      firsts.add((await registry.stream({ ...ask, model: 'home', user: 'u-1' })).route?.target);
    }
    expect(firsts.size).toBe(1);
    expect(registry.plan({ ...ask, model: 'trial' })).toMatchObject({ strategy: 'canary balanced' });
    expect(registry.plan({ ...ask, model: 'trial' }).plan[0]).toBe('d');
    expect(registry.plan({ ...ask, model: 'last' }).plan).toEqual(['d', 'c', 'b', 'a']);
    const picky = registry.plan({ ...ask, model: 'picky' });
    expect(picky.plan).toEqual(['a']);
    expect(picky.candidates[1]).toMatchObject({
      target: 'b',
      verdict: 'refused',
      reason: 'left out by the strategy',
    });
    expect((await failureOf(registry.stream({ ...ask, model: 'broken' }))).message).toContain('the strategy');
  });
});

describe('a strategy of one’s own', () => {
  const planBy = (strategy: unknown) => {
    const registry = createRegistry({
      providers: [fakeProvider('a', undefined, { capabilities: { vision: 'none' } }), fakeProvider('b')],
      default: ['a', 'b'],
      strategy: strategy as Strategy,
    });
    return { registry, plan: () => registry.plan(ask) };
  };

  it.each<[string, unknown]>([
    ['nothing', () => undefined],
    ['a promise', async () => []],
    ['a number', () => 7],
  ])('that answers %s is a bug, told as one', async (_what, strategy) => {
    const { registry, plan } = planBy(strategy);
    expect(plan).toThrow('answered no list of places');
    expect((await failureOf(registry.stream(ask))).code).toBe('internal');
  });

  it('that names nobody, strangers, or one target twice gets no more than it names', async () => {
    const places = ({ targets: [a] }: RankInput) => [null, undefined, 7, {}, { target: { id: 'c' } }, a, a];
    expect(planBy(places).plan().plan).toEqual([]);
    const twice = ({ targets: [a] }: RankInput) => [{ target: a }, { target: a, score: Number.NaN }];
    const { registry, plan } = planBy(twice);
    expect(plan()).toMatchObject({
      plan: ['a'],
      candidates: [{ target: 'a', reason: 'no reason given' }, { target: 'b' }],
    });
    expect(explain(plan())).not.toContain('undefined');
    expect((await registry.stream(ask)).route?.target).toBe('a');
  });

  it('cannot bring a target back that was left out', () => {
    let all: RankInput['targets'] = [];
    const { registry } = planBy(({ targets }: RankInput) => {
      if (targets.length > all.length) all = targets;
      return all.map((target) => ({ target, score: 0, terms: {}, reason: 'mine' }));
    });
    expect(registry.plan(ask).plan).toEqual(['a', 'b']);
    const picture = { role: 'user', content: [{ type: 'image', url: 'https://example.com/a.png' }] } as const;
    expect(registry.plan({ messages: [picture] }).plan).toEqual(['b']);
  });
});
