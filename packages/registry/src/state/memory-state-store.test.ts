import { describe, expect, it } from 'vitest';
import { createMemoryStateStore } from './memory-state-store.ts';
import type { SharedBreaker, SharedChange, SharedCooldown, SharedUse, StateStore } from './state-store.ts';

const cooldown: SharedCooldown = {
  kind: 'cooldown',
  scope: 'target',
  key: 'h2o:falcon',
  untilMs: 5_000,
  code: 'rate-limited',
};
const opening: SharedBreaker = {
  kind: 'breaker',
  key: 'h2o:falcon',
  untilMs: 9_000,
  doublings: 0,
  reason: '5 failures in a row',
};
const use: SharedUse = { kind: 'use', key: 'h2o:falcon', atMs: 1_000, requests: 3, tokens: 900 };

/** What a registry that connects now hears from then on. */
function listen(store: StateStore): { heard: SharedChange[]; end: ReturnType<StateStore['connect']> } {
  const heard: SharedChange[] = [];
  return { heard, end: store.connect((changes) => heard.push(...changes)) };
}

describe('the store in memory', () => {
  it('tells all others at once, and nobody what it said itself', () => {
    const store = createMemoryStateStore();
    const [one, two, three] = [listen(store), listen(store), listen(store)];
    one.end.publish([cooldown, use]);
    expect([one.heard, two.heard, three.heard]).toEqual([[], [cooldown, use], [cooldown, use]]);
  });

  it('tells a newcomer what still holds: the latest end of each, no use, and nothing that was closed', () => {
    const store = createMemoryStateStore();
    const { end } = listen(store);
    end.publish([cooldown, { ...cooldown, untilMs: 4_000 }, opening, use]);
    expect(listen(store).heard).toEqual([cooldown, opening]);
    end.publish([{ ...opening, untilMs: 0, reason: '2 probes in a row ended well' }]);
    expect(listen(store).heard).toEqual([cooldown]);
  });

  it('tells nothing to who has left', async () => {
    const store = createMemoryStateStore();
    const [one, two] = [listen(store), listen(store)];
    await two.end.close();
    await two.end.close();
    one.end.publish([cooldown]);
    expect(two.heard).toEqual([]);
  });

  it('keeps so much and no more', () => {
    const store = createMemoryStateStore({ maxEntries: 3 });
    const { end } = listen(store);
    for (let index = 0; index < 100; index += 1) end.publish([{ ...cooldown, key: `t${index}` }]);
    expect(listen(store).heard).toMatchObject([{ key: 't97' }, { key: 't98' }, { key: 't99' }]);
  });
});
