import { ChatError } from '@sluice/core';
import { expect, it } from 'vitest';
import { ask, failureOf, fakeProvider } from '../fake-provider.fixture.ts';
import { namedProvider } from './named-provider.ts';

it('answers under its new id, with what the inner one can do', async () => {
  const inner = fakeProvider('h2o', 'hello', { models: [{ id: 'falcon' }] });
  const named = namedProvider(inner, 'team-h2o');
  expect(named).toMatchObject({ id: 'team-h2o', capabilities: inner.capabilities });
  expect((await (await named.stream(ask, { stream: false })).result()).text).toBe('hello');
  expect(inner.calls).toEqual([{ request: ask, options: { stream: false } }]);
  expect(await named.listModels()).toEqual([{ id: 'falcon' }]);
  await named.close();
  expect(inner.closed()).toBe(1);
});

it.each<[string, object, object]>([
  ['its own', { 'team-h2o': { era: 'a' } }, { h2o: { era: 'a' } }],
  ['its own, which win', { h2o: { era: 'b' }, 'team-h2o': { era: 'a' } }, { h2o: { era: 'a' } }],
  ['those for every instance', { h2o: { era: 'b' } }, { h2o: { era: 'b' } }],
])('hands on provider options: %s', async (_which, given, expected) => {
  const inner = fakeProvider('h2o');
  await namedProvider(inner, 'team-h2o').stream({ ...ask, providerOptions: given as never });
  expect(inner.calls[0]?.request.providerOptions).toEqual(expected);
});

it('puts its new id on failures, and leaves those of others alone', async () => {
  const own = namedProvider(
    fakeProvider('h2o', new ChatError('auth', 'no', { provider: 'h2o' })),
    'team-h2o',
  );
  expect((await failureOf(own.stream(ask))).provider).toBe('team-h2o');
  const deeper = namedProvider(
    fakeProvider('h2o', new ChatError('auth', 'no', { provider: 'x' })),
    'team-h2o',
  );
  expect((await failureOf(deeper.stream(ask))).provider).toBe('x');
});
