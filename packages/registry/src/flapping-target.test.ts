import { ChatError } from '@sluice/core';
import { expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask } from './fake-provider.fixture.ts';
import { routeOf } from './route-of.ts';
import { type Script, scripted, virtualTimers } from './virtual-time.fixture.ts';

const requests = 10_000;
const maxAttempts = 3;

it('10,000 concurrent requests over a flapping target: one text each, bounded attempts, one probe at a time, nothing left', async () => {
  const timers = virtualTimers();
  const down = new ChatError('network', 'down', { sent: 'yes' });
  // Good for a while, then bad for longer, and so on.
  const flaps = Array.from(
    { length: 4_000 },
    (_, call): Script =>
      call % 40 < 15 ? { afterMs: 20, says: ['flapping ', 'says so'] } : { afterMs: 5, fails: down },
  );
  const flapping = scripted('flapping', timers, ...flaps);
  const solid = scripted('solid', timers, { afterMs: 30, says: ['solid ', 'says so'] });
  // How many are under way at the flapping one while its breaker is not closed.
  let probes = 0;
  let mostProbes = 0;
  const watched = {
    ...flapping,
    async stream(...args: Parameters<typeof flapping.stream>) {
      const state = registry.snapshot().targets[0]?.breaker.state;
      if (state === 'closed') return flapping.stream(...args);
      probes += 1;
      mostProbes = Math.max(mostProbes, probes);
      try {
        return await flapping.stream(...args);
      } finally {
        probes -= 1;
      }
    },
  };
  const registry = createRegistry({
    providers: [watched, { provider: solid, limits: { concurrency: 200 } }],
    routes: { both: { targets: ['flapping', 'solid'], strategy: 'balanced' } },
    breaker: { openMs: 50, maxOpenMs: 200 },
    queue: { maxWaiting: requests, maxWaitMs: 60_000 },
    maxAttempts,
    timers,
    seed: 3,
  });

  let served = 0;
  let failed = 0;
  const once = async (startMs: number): Promise<void> => {
    await new Promise<void>((resolve) => void timers.setTimeout(resolve, startMs));
    try {
      const stream = await registry.stream({ ...ask, model: 'both' }, { timeout: 60_000 });
      const { text, route } = await stream.result();
      expect(text).toBe(`${route?.target} says so`);
      expect(route?.attempts.length).toBeLessThanOrEqual(maxAttempts);
      served += 1;
    } catch (error) {
      if (!ChatError.is(error)) throw error;
      expect(routeOf(error)?.attempts.length).toBeLessThanOrEqual(maxAttempts);
      failed += 1;
    }
  };
  const all = Promise.all(Array.from({ length: requests }, (_, index) => once(1 + (index % 1_000))));
  await timers.advance(60_000);
  await all;

  expect(served + failed).toBe(requests);
  expect(failed).toBeLessThan(requests / 100);
  expect(mostProbes).toBe(1);
  expect(solid.mostOpen()).toBeLessThanOrEqual(200);
  expect([flapping.open(), solid.open(), timers.pending]).toEqual([0, 0, 0]);
  for (const { inFlight, queued } of registry.snapshot().targets) expect([inFlight, queued]).toEqual([0, 0]);
}, 60_000);
