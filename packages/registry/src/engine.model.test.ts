import { ChatError, type ChatErrorCode, type ChatEvent, errorPolicies } from '@sluice/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask } from './fake-provider.fixture.ts';
import { routeOf } from './route-of.ts';
import { type Script, scripted, type VirtualTimers, virtualTimers } from './virtual-time.fixture.ts';

const codes = Object.keys(errorPolicies) as ChatErrorCode[];

const anyScript = fc.record(
  {
    afterMs: fc.constantFrom(0, 1, 40, 150, 3_000, Number.POSITIVE_INFINITY),
    says: fc.constantFrom(['one '], ['one ', 'two ']),
    fails: fc
      .record({
        code: fc.constantFrom(...codes),
        retryAfterMs: fc.option(fc.constantFrom(1, 500, 60_000), { nil: undefined }),
        sent: fc.constantFrom('no', 'maybe', 'yes'),
      })
      .map(
        ({ code, ...more }) =>
          () =>
            new ChatError(code, 'it failed', more as never),
      ),
  },
  { requiredKeys: ['afterMs'] },
);

const anyConfig = fc.record({
  strategy: fc.constantFrom('ordered', 'balanced', 'round-robin', 'weighted', 'latency'),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  hedge: fc.constantFrom(false as const, { afterMs: 30 }),
  resume: fc.constantFrom(false as const, 'continue' as const, 'restart' as const),
  onContentFilter: fc.constantFrom('fail' as const, 'next' as const),
  seed: fc.nat(),
});

/** What one caller does: reads to its end, leaves after so many events, or aborts at some time. */
const anyCaller = fc.record({
  startMs: fc.constantFrom(0, 0, 5, 200, 12_000),
  leavesAfter: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1),
  abortsAtMs: fc.option(fc.constantFrom(0, 10, 100), { nil: undefined }),
  totalMs: fc.constantFrom(2_000, 20_000),
});
type Caller = typeof anyCaller extends fc.Arbitrary<infer T> ? T : never;

interface Seen {
  readonly events: readonly ChatEvent[];
  readonly error?: unknown;
  readonly route: ReturnType<typeof routeOf>;
  readonly tookMs: number;
  readonly left: boolean;
}

function later(timers: VirtualTimers, ms: number): Promise<void> {
  return new Promise((resolve) => void timers.setTimeout(resolve, ms));
}

it('whatever happens: one text, one end, bounded attempts, in time, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyScript, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      fc.array(anyCaller, { minLength: 1, maxLength: 6 }),
      anyConfig,
      fc.boolean(),
      async (scripts, callers, config, isLimited) => {
        const timers = virtualTimers();
        const providers = scripts.map((script, index) =>
          scripted(
            `p${index}`,
            timers,
            ...script.map(({ afterMs, says, fails }): Script => {
              const texts = says ?? (fails ? undefined : ['all']);
              return {
                afterMs,
                ...(texts ? { says: texts.map((text) => `${index}:${text}`) } : {}),
                ...(fails ? { fails: fails() } : {}),
              };
            }),
          ),
        );
        const registry = createRegistry({
          ...config,
          timers,
          providers: providers.map((provider) => ({
            provider,
            ...(isLimited ? { limits: { concurrency: 1 } } : {}),
          })),
          default: providers.map(({ id }) => id),
        });

        const callOnce = async ({ startMs, leavesAfter, abortsAtMs, totalMs }: Caller): Promise<Seen> => {
          if (startMs > 0) await later(timers, startMs);
          const controller = new AbortController();
          const since = timers.now();
          const abort =
            abortsAtMs === undefined ? undefined : timers.setTimeout(() => controller.abort(), abortsAtMs);
          const events: ChatEvent[] = [];
          let route: Seen['route'];
          let left = false;
          try {
            const stream = await registry.stream(ask, { signal: controller.signal, timeout: totalMs });
            route = stream.route;
            for await (const event of stream) {
              events.push(event);
              left = events.length === leavesAfter;
              if (left) break;
            }
            return { events, route, tookMs: timers.now() - since, left };
          } catch (error) {
            return { events, error, route: route ?? routeOf(error), tookMs: timers.now() - since, left };
          } finally {
            timers.clearTimeout(abort);
          }
        };

        const calls = Promise.all(callers.map(callOnce));
        // Later than the last caller and the longest deadline.
        await timers.advance(60_000);
        const settled = await calls;
        for (const [index, { events, error, route, tookMs, left }] of settled.entries()) {
          const finishes = events.filter(({ type }) => type === 'finish').length;
          // One end, and nothing after it.
          if (!left) expect(finishes).toBe(error === undefined ? 1 : 0);
          if (finishes === 1 && !left) expect(events.at(-1)?.type).toBe('finish');
          if (error !== undefined) expect(ChatError.is(error)).toBe(true);
          // No text of two targets, unless it was asked for and marked.
          const speakers: string[] = [];
          for (const event of events) {
            if (event.type === 'warning') speakers.push('seam');
            if (event.type === 'text-delta') speakers.push(event.text.slice(0, 1));
          }
          for (const [at, speaker] of speakers.entries()) {
            const before = speakers[at - 1] ?? 'seam';
            if (speaker !== 'seam' && before !== 'seam') expect(speaker).toBe(before);
          }
          if (config.resume === false) expect(speakers).not.toContain('seam');
          expect(route?.attempts.length ?? 0).toBeLessThanOrEqual(config.maxAttempts);
          expect(tookMs).toBeLessThanOrEqual((callers[index]?.totalMs ?? 0) + 100);
        }
        expect(providers.map((provider) => provider.open())).toEqual(providers.map(() => 0));
        for (const { inFlight, queued } of registry.snapshot().targets)
          expect([inFlight, queued]).toEqual([0, 0]);
        expect(timers.pending).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
}, 30_000);
