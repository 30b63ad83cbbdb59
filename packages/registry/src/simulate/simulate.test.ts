import { expect, it } from 'vitest';
import type { Load } from './load.ts';
import { type SimulationConfig, simulate } from './simulate.ts';
import type { SimulatedTarget } from './simulated-target.ts';

const some: Load = { kind: 'poisson', perSecond: 50, requests: 1_000 };

function five(special: Partial<SimulatedTarget> = {}): SimulatedTarget[] {
  return ['a', 'b', 'c', 'd', 'e'].map((id) => (id === 'c' ? { id, ...special } : { id }));
}

const rough: SimulationConfig = {
  targets: [
    { id: 'fails', failures: [{ code: 'server-error', share: 0.2 }] },
    { id: 'breaks', failures: [{ code: 'truncated', share: 0.1, when: 'after' }] },
    { id: 'limited', rateLimit: { requests: 50, windowMs: 10_000 } },
    { id: 'small', capacity: { concurrent: 4, beyond: 'queue' }, limits: { concurrency: 8 } },
    {
      id: 'flaps',
      incidents: [{ kind: 'outage', fromMs: 0, untilMs: 1e6, flaps: { onMs: 2_000, offMs: 5_000 } }],
    },
  ],
  load: { kind: 'poisson', perSecond: 100, requests: 3_000, users: 10, maxOutputTokens: 200 },
  route: { hedge: { afterMs: 'p95' }, resume: 'continue', sticky: true },
};

it('the same seed gives the same report, byte by byte; another seed another one', async () => {
  const [one, again, other] = await Promise.all([
    simulate({ ...rough, seed: 5 }),
    simulate({ ...rough, seed: 5 }),
    simulate({ ...rough, seed: 6 }),
  ]);
  expect(JSON.stringify(again)).toBe(JSON.stringify(one));
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(one));
});

it('whatever happens, every request ends, no call is lost, and nothing is left over', async () => {
  const report = await simulate(rough);
  const failed = Object.values(report.failed).reduce((sum, count) => sum + count, 0);
  expect(report.requests).toBe(3_000);
  expect(report.succeeded + failed).toBe(3_000);
  expect(report.leftOver).toEqual({ timers: 0, inFlight: 0, waiting: 0 });
  const attempts = Object.entries(report.attempts.distribution);
  expect(attempts.reduce((sum, [made, count]) => sum + Number(made) * count, 0)).toBe(
    report.attempts.upstreamCalls,
  );
  expect(report.attempts.most).toBeLessThanOrEqual(3);
  for (const { calls, finished, failed, left, breaker } of report.targets) {
    expect(finished + left + Object.values(failed).reduce((sum, count) => sum + count, 0)).toBe(calls);
    expect(breaker.mostProbesAtOnce).toBeLessThanOrEqual(1);
  }
  const sliced = report.timeline.slices.reduce(
    (sum, { calls }) => sum + calls.reduce((all, one) => all + one),
    0,
  );
  expect(sliced).toBe(report.attempts.upstreamCalls);
});

it('takes an hour of virtual time and nothing of the real one', async () => {
  const report = await simulate({
    targets: [{ id: 'a' }],
    load: { kind: 'poisson', perSecond: 0.1, durationMs: 3_600_000 },
  });
  expect(report.durationMs).toBeGreaterThan(3_500_000);
  expect(report.successRate).toBe(1);
});

it('what is configured is what is met', async () => {
  const report = await simulate({
    targets: [{ id: 'a', firstTokenMs: 300, tokensPerSecond: 100, answerTokens: 500 }],
    load: { ...some, maxOutputTokens: 200 },
  });
  expect(report.firstTokenMs).toMatchObject({ p50: 300, p999: 300 });
  expect(report.totalMs).toMatchObject({ p50: 2_300, max: 2_300 });
});

it('a full upstream lets calls wait, slows down or refuses, as it is told', async () => {
  const load: Load = { kind: 'poisson', perSecond: 20, requests: 400 };
  const run = (beyond: 'queue' | 'slow' | 'refuse') =>
    simulate({
      targets: [
        {
          id: 'a',
          firstTokenMs: 500,
          tokensPerSecond: 100,
          answerTokens: 50,
          capacity: { concurrent: 10, beyond },
        },
      ],
      load,
      registry: { breaker: { failures: 1e9, inARow: 1e9 } },
    });
  const [queue, slow, refuse] = await Promise.all([run('queue'), run('slow'), run('refuse')]);
  expect(queue.successRate).toBe(1);
  expect(queue.firstTokenMs.p99).toBeGreaterThan(2_000);
  expect(slow.successRate).toBe(1);
  expect(slow.totalMs.p99).toBeGreaterThan(2_000);
  expect(refuse.targets[0]?.failed.overloaded).toBeGreaterThan(0);
  expect(refuse.targets[0]?.mostInFlight).toBeLessThan(30);
});

it('an outage breaks answers off, and what comes after it goes elsewhere', async () => {
  const outage = { kind: 'outage', fromMs: 5_000, untilMs: 15_000 } as const;
  const report = await simulate({ targets: five({ incidents: [outage] }), load: some });
  expect(report.targets[2]?.failed.network).toBeGreaterThan(5);
  expect(report.targets[2]?.breaker.openings).toBeGreaterThanOrEqual(1);
  expect(report.brokenOff).toBeGreaterThan(0);
  expect(report.requests - report.succeeded).toBe(report.brokenOff);
});

it.each([
  ['refused', 'network'],
  ['unreachable', 'connect-timeout'],
  ['silent', 'first-token-timeout'],
] as const)('an upstream that is %s fails with %s', async (how, code) => {
  const report = await simulate({
    targets: [{ id: 'a', incidents: [{ kind: 'outage', how, fromMs: 0, untilMs: 1e9 }] }],
    load: { kind: 'poisson', perSecond: 1, requests: 3 },
    route: { maxAttempts: 1 },
    registry: { timeout: { connect: 2_000, firstToken: 5_000 } },
  });
  expect(report.failed).toEqual({ [code]: 3 });
});

it('the deadline holds by virtual time, before the answer begins and after it', async () => {
  const run = (target: Partial<SimulatedTarget>) =>
    simulate({
      targets: [{ id: 'a', ...target }],
      load: { ...some, requests: 20 },
      registry: { timeout: 3_000 },
    });
  const [before, after] = await Promise.all([
    run({ firstTokenMs: 60_000 }),
    run({ firstTokenMs: 100, tokensPerSecond: 1, answerTokens: 100 }),
  ]);
  expect(before.failed['deadline-exceeded'] ?? 0).toBeGreaterThan(0);
  expect(before.brokenOff).toBe(0);
  expect(after.failed).toEqual({ 'deadline-exceeded': 20 });
  expect(after.brokenOff).toBe(20);
});

it('clients that wait for their answers never ask more than their number at once', async () => {
  const report = await simulate({
    targets: [{ id: 'a' }],
    load: { kind: 'clients', clients: 7, thinkMs: { kind: 'exponential', mean: 500 }, requests: 200 },
  });
  expect(report.requests).toBe(200);
  expect(report.targets[0]?.mostInFlight).toBeLessThanOrEqual(7);
});

it('plays what was recorded, each request at its moment and to its route', async () => {
  const report = await simulate({
    targets: [
      { id: 'a', firstTokenMs: 10 },
      { id: 'b', firstTokenMs: 10 },
    ],
    load: {
      kind: 'recorded',
      requests: [
        { atMs: 100, inputChars: 20, model: 'only-b' },
        { atMs: 5_100, inputChars: 20, model: 'only-b' },
      ],
    },
    registry: { routes: { 'only-b': ['b'] } },
  });
  expect(report.targets.map(({ calls }) => calls)).toEqual([0, 2]);
  const busy = report.timeline.slices.filter(({ requests }) => requests > 0);
  expect(busy.map(({ fromMs }) => fromMs)).toEqual([0, 5_000]);
});

it('says what is wrong with its configuration', async () => {
  await expect(simulate({ targets: [{ id: 'a' }], load: { kind: 'poisson', perSecond: 1 } })).rejects.toThrow(
    'load needs requests or durationMs',
  );
  await expect(
    simulate({ targets: [{ id: 'a', failures: [{ code: 'network', share: 2 }] }], load: some }),
  ).rejects.toThrow('targets[0].failures[0].share must be a number from 0 to 1, got 2');
});
