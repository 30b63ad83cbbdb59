import { ChatError, type ChatErrorCode, type ChatRequest } from '@sluice/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask } from './fake-provider.fixture.ts';
import type { Registration } from './registration.ts';
import type { RouteConfig } from './routes.ts';
import { strategiesByName } from './strategies/by-name.ts';
import { type Script, scripted, virtualTimers } from './virtual-time.fixture.ts';

const code = fc.constantFrom<ChatErrorCode>(
  'rate-limited',
  'auth',
  'network',
  'server-error',
  'model-not-found',
  'blocked',
  'empty-response',
);
const script = fc.record(
  {
    afterMs: fc.constantFrom(0, 5, 80),
    fails: code.map((each) => new ChatError(each, 'it failed', { sent: 'yes' })),
    stays: fc.constant(true),
  },
  { requiredKeys: ['afterMs'] },
);
const target = fc.record({
  scripts: fc.array(script, { minLength: 1, maxLength: 4 }),
  weight: fc.constantFrom(0, 1, 3),
  cost: fc.constantFrom(undefined, 1, 5),
  limits: fc.constantFrom(undefined, { concurrency: 1 }, { requestsPerMinute: 2 }),
  isDisabled: fc.constantFrom(false, false, false, true),
  keys: fc.constantFrom(1, 1, 3),
  isBlind: fc.boolean(),
});
const route = fc.record({
  strategy: fc.constantFrom(...(Object.keys(strategiesByName) as (keyof typeof strategiesByName)[])),
  sticky: fc.boolean(),
  share: fc.constantFrom(undefined, 0, 0.3, 1),
  onlyUser: fc.constantFrom(undefined, 'u1'),
});
const request = fc.record({
  waitMs: fc.constantFrom(0, 0, 40, 6_000),
  user: fc.constantFrom('u1', 'u2'),
  isPicture: fc.boolean(),
});

const picture: ChatRequest = {
  messages: [{ role: 'user', content: [{ type: 'image', url: 'https://example.com/a.png' }] }],
};

it('what plan() shows is what the next call does, whatever has happened, and looking changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(target, { minLength: 1, maxLength: 6 }),
      route,
      fc.array(request, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.boolean(),
      async (targets, { strategy, sticky, share, onlyUser }, requests, seed, hasOwnRandom) => {
        const timers = virtualTimers();
        let drawn = 0;
        const own = (): number => {
          drawn += 1;
          return (drawn * 0.6180339887) % 1;
        };
        const ids = targets.map((_, index) => `p${index}`);
        const providers = targets.map((each, index): Registration => {
          const scripts = each.scripts.map((one): Script => ({ ...one }));
          const make = () => {
            const made = scripted(ids[index] as string, timers, ...scripts);
            return each.isBlind
              ? { ...made, capabilities: { ...made.capabilities, vision: 'none' as const } }
              : made;
          };
          return {
            provider: make(),
            weight: each.weight,
            ...(each.cost === undefined ? {} : { cost: each.cost }),
            ...(each.limits ? { limits: each.limits } : {}),
            disabled: each.isDisabled,
            ...(each.keys === 1
              ? {}
              : {
                  credentials: Array.from({ length: each.keys }, (_, key) => ({
                    name: `KEY_${key}`,
                    provider: make(),
                  })),
                }),
          };
        });
        const [first] = ids as [string];
        const config: RouteConfig = {
          targets: ids,
          strategy,
          sticky,
          ...(share === undefined ? {} : { canary: { target: first, share } }),
          ...(onlyUser === undefined ? {} : { conditions: { [first]: ({ user }) => user === onlyUser } }),
        };
        const registry = createRegistry({
          timers,
          providers,
          routes: { all: config },
          queue: { maxWaiting: 0 },
          retry: { maxWaitMs: 0 },
          ...(hasOwnRandom ? { random: own } : { seed }),
        });
        const running: Promise<unknown>[] = [];
        for (const { waitMs, user, isPicture } of requests) {
          await timers.advance(waitMs);
          const asked = { ...(isPicture ? picture : ask), model: 'all', user };
          const before = JSON.stringify(registry.snapshot());
          const planned = registry.plan(asked);
          expect(registry.plan(asked)).toEqual(planned);
          expect(JSON.stringify(registry.snapshot())).toBe(before);
          // The decision of the call that begins in this moment; its attempts follow.
          const call = registry.stream(asked, { timeout: 20_000 });
          const settled = call.then(
            ({ route: taken }) => taken,
            (error: { route?: unknown }) => error.route,
          );
          await timers.advance(300);
          expect(await settled).toMatchObject({ candidates: planned.candidates, plan: planned.plan });
          const asks = ((await settled) as { attempts: readonly { target: string }[] }).attempts;
          if (asks.length > 0) expect(asks[0]?.target).toBe(planned.plan[0]);
          running.push(call.then((stream) => stream.result()).catch(() => {}));
        }
        expect(running).toHaveLength(requests.length);
      },
    ),
    { numRuns: 500 },
  );
}, 30_000);
