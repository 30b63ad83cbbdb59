import { ChatError } from '@sluice/core';
import { expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, type FakeAnswer, failureOf, fakeProvider } from './fake-provider.fixture.ts';
import type { Registry } from './registry.ts';
import { routeOf } from './route-of.ts';

const broken = new ChatError('server-error', 'it broke');

/** A registry whose first target fails always, whose retry budget is empty, and whose breakers stay shut. */
function strained(second: FakeAnswer): Registry {
  return createRegistry({
    providers: [fakeProvider('first', () => Promise.reject(broken)), fakeProvider('second', second)],
    default: ['first', 'second'],
    strategy: 'ordered',
    retry: { budget: { ratio: 0, minPerSecond: 0 } },
    breaker: { failures: 1_000, inARow: 1_000 },
  });
}

async function attemptsOf(registry: Registry): Promise<string[]> {
  const outcome = await registry.stream(ask).catch((error: unknown) => error);
  return routeOf(outcome)?.attempts.map(({ target }) => target) ?? [];
}

it('fails over to a healthy target whatever the retry budget says', async () => {
  const registry = strained('hello');
  for (let request = 0; request < 30; request += 1) {
    expect(await attemptsOf(registry)).toEqual(['first', 'second']);
  }
});

it('asks a target that fails itself only while the retry budget pays for it', async () => {
  const registry = strained(() => Promise.reject(new ChatError('server-error', 'it broke, too')));
  expect(await attemptsOf(registry)).toEqual(['first', 'second']);
  const error = await failureOf(registry.stream(ask));
  expect(routeOf(error)?.attempts.map(({ target }) => target)).toEqual(['first']);
  expect(error.message).toContain('not tried: second (the retry budget is used up)');
});

it('a refusal that says nothing about the upstream costs nothing', async () => {
  const refusing = fakeProvider('first', () => Promise.reject(new ChatError('unsupported', 'not here')));
  const shaky = fakeProvider('second', () => Promise.reject(new ChatError('server-error', 'it broke')));
  const registry = createRegistry({
    providers: [refusing, shaky],
    default: ['first', 'second'],
    strategy: 'ordered',
    retry: { budget: { ratio: 0, minPerSecond: 0 } },
    breaker: { failures: 1_000, inARow: 1_000 },
  });
  for (let request = 0; request < 5; request += 1) {
    expect(await attemptsOf(registry)).toEqual(['first', 'second']);
  }
});
