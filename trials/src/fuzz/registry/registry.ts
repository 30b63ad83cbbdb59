import assert from 'node:assert/strict';
import { ChatError, type ChatErrorCode, errorPolicies, type RouteDecision } from '@sluice/core';
import { createRegistry, type Registry, routeOf } from '@sluice/registry';
import fc from 'fast-check';
import { fuzzProperty, type OpenArea } from '../fuzz-property.ts';
import { createPuppet, type Puppet, type PuppetCall } from './puppet.ts';
import { VirtualClock } from './virtual-clock.ts';

const maxAttempts = 3;
const windowMs = 30_000;
const codes = (Object.keys(errorPolicies) as ChatErrorCode[]).filter((code) => code !== 'internal');
const request = { messages: [{ role: 'user' as const, content: 'What does a sluice do, please?' }] };

/** One caller: asks, reads until the end, and may leave. */
interface Caller {
  readonly controller: AbortController;
  readonly texts: string[];
  aborted: boolean;
  route: RouteDecision | undefined;
  ended: boolean;
  error: unknown;
  done: Promise<void>;
}

/** The registry, its targets and its callers. */
interface Real {
  readonly clock: VirtualClock;
  readonly puppets: readonly Puppet[];
  readonly registry: Registry;
  readonly callers: Caller[];
}

/** The model is what the callers and puppets saw: nothing is kept beside them. */
type Command = fc.AsyncCommand<object, Real>;

function ask(real: Real): Caller {
  const caller: Caller = {
    controller: new AbortController(),
    texts: [],
    aborted: false,
    route: undefined,
    ended: false,
    error: undefined,
    done: Promise.resolve(),
  };
  caller.done = (async () => {
    try {
      const stream = await real.registry.stream(request, {
        signal: caller.controller.signal,
        timeout: 120_000,
      });
      caller.route = stream.route;
      for await (const event of stream) {
        assert.ok(!caller.ended, 'nothing comes after the end');
        if (event.type === 'text-delta') caller.texts.push(event.text);
        if (event.type === 'finish') caller.ended = true;
      }
      assert.ok(caller.ended, 'a stream ends with its finish, or throws');
    } catch (error) {
      caller.error = error;
      caller.route ??= routeOf(error);
    }
  })();
  real.callers.push(caller);
  return caller;
}

/** Everything that health is made of; the rest of a snapshot only moves with time. */
function health(registry: Registry): string {
  const { targets, cooldowns } = registry.snapshot();
  return JSON.stringify([
    targets.map(({ target, successRate, breaker }) => [target, successRate, breaker.state]),
    cooldowns.map(({ key, code }) => [key, code]),
  ]);
}

/** What holds after every step. */
function assertSound({ registry, puppets, callers, clock }: Real): void {
  const { targets } = registry.snapshot();
  for (const { target, inFlight, breaker, limits } of targets) {
    const open = puppets.find(({ id }) => target.startsWith(id))?.calls.length ?? 0;
    assert.equal(inFlight, open, `${target}: counted ${inFlight}, open ${open}`);
    if (limits) assert.equal(limits.inUse, open, `${target}: slots ${limits.inUse}, open ${open}`);
    if (breaker.opensInMs !== undefined) assert.ok(breaker.opensInMs <= 300_000, 'open no longer than 5 min');
  }
  for (const { texts, route, error, ended } of callers) {
    assert.ok(
      new Set(texts.map((text) => text.slice(0, 2))).size <= 1,
      `texts of one target: ${texts.join()}`,
    );
    assert.ok((route?.attempts.length ?? 0) <= maxAttempts, 'no more attempts than allowed');
    assert.ok(!(ended && error !== undefined), 'one end');
    if (error !== undefined) assert.ok(ChatError.is(error), `a ChatError, not ${String(error)}`);
  }
  assert.ok(clock.pending <= callers.length * 12 + 12, `${clock.pending} timers are set`);
}

/** A command that runs, settles, and is followed by the check of everything. */
function command(words: string, run: (real: Real) => Promise<void> | void): Command {
  return {
    check: () => true,
    async run(_model, real) {
      await run(real);
      await real.clock.settle();
      await real.clock.settle();
      assertSound(real);
    },
    toString: () => words,
  };
}

function nth<T>(list: readonly T[], at: number): T | undefined {
  return list[at % Math.max(1, list.length)];
}

const openCalls = ({ puppets }: Real): readonly PuppetCall[] => puppets.flatMap(({ calls }) => calls);

/** While a breaker is half open, no more than one attempt finds out. */
function probes(real: Real, target: number): void {
  const puppet = nth(real.puppets, target);
  const before = puppet?.calls.length ?? 0;
  const state = real.registry.snapshot().targets.find((each) => each.target.startsWith(puppet?.id ?? '?'));
  if (state?.breaker.state !== 'half-open' || before > 0) return;
  for (let count = 0; count < 4; count += 1) ask(real);
}

const commands: fc.Arbitrary<Command>[] = [
  fc.constant(command('ask', (real) => void ask(real))),
  fc.nat(5).map((count) =>
    command(`ask ${count} times`, (real) => {
      for (let index = 0; index < count; index += 1) ask(real);
    }),
  ),
  fc
    .nat()
    .map((at) =>
      command(`say ${at}`, (real) => nth(openCalls(real), at)?.say(`${nth(openCalls(real), at)?.target}:x`)),
    ),
  fc.nat().map((at) =>
    command(`answer ${at}`, (real) => {
      const call = nth(openCalls(real), at);
      call?.say(`${call.target}:all`);
      call?.finish();
    }),
  ),
  fc
    .tuple(
      fc.nat(),
      fc.constantFrom(...codes),
      fc.option(fc.constantFrom(1, 5_000, 600_000), { nil: undefined }),
    )
    .map(([at, code, retryAfterMs]) =>
      command(`fail ${at} ${code} ${retryAfterMs ?? ''}`, (real) =>
        nth(openCalls(real), at)?.fail(code, retryAfterMs),
      ),
    ),
  fc
    .tuple(fc.nat(2), fc.constantFrom<ChatErrorCode>('network', 'server-error', 'rate-limited'))
    .map(([target, code]) =>
      command(`everything at ${target} fails with ${code}`, (real) => {
        for (const call of [...(nth(real.puppets, target)?.calls ?? [])]) call.fail(code);
      }),
    ),
  fc.nat().map((at) =>
    command(`abort ${at}`, async (real) => {
      const caller = nth(
        real.callers.filter(({ ended, error, aborted }) => !ended && error === undefined && !aborted),
        at,
      );
      if (!caller) return;
      const before = health(real.registry);
      caller.aborted = true;
      caller.controller.abort();
      await real.clock.settle();
      await caller.done;
      assert.equal(health(real.registry), before, "a caller's abort changes no health");
    }),
  ),
  fc
    .oneof(fc.nat(400), fc.nat(20_000), fc.constantFrom(windowMs, 310_000))
    .map((ms) => command(`${ms} ms pass`, (real) => real.clock.advance(ms))),
  fc.constant(
    command('plan', (real) => {
      const before = [
        JSON.stringify(real.registry.snapshot()),
        real.puppets.map(({ made }) => made()).join(),
        real.clock.pending,
      ];
      const told = [0, 1, 2].map(() => {
        const { plan, candidates } = real.registry.plan(request);
        for (const { reason } of candidates) assert.ok(reason !== '', 'every verdict has its reason');
        return JSON.stringify([plan, candidates]);
      });
      assert.equal(new Set(told).size, 1, 'planning twice gives the same');
      assert.deepEqual(
        [
          JSON.stringify(real.registry.snapshot()),
          real.puppets.map(({ made }) => made()).join(),
          real.clock.pending,
        ],
        before,
        'a plan changes nothing',
      );
    }),
  ),
  fc.nat(2).map((target) =>
    command(`many ask while ${target} may be half open`, async (real) => {
      const puppet = nth(real.puppets, target);
      const before = puppet?.calls.length ?? 0;
      const isHalfOpen =
        real.registry.snapshot().targets.find((each) => each.target.startsWith(puppet?.id ?? '?'))?.breaker
          .state === 'half-open';
      probes(real, target);
      await real.clock.settle();
      if (isHalfOpen && before === 0) assert.ok((puppet?.calls.length ?? 0) <= 1, 'one probe at a time');
    }),
  ),
];

const configs = fc.record({
  strategy: fc.constantFrom('ordered', 'balanced', 'round-robin', 'latency', 'least-busy', 'weighted'),
  concurrency: fc.constantFrom(undefined, 1, 2),
  hedge: fc.constantFrom(false as const, { afterMs: 300 }),
  seed: fc.nat(),
  targets: fc.integer({ min: 1, max: 3 }),
});

function setUp({
  strategy,
  concurrency,
  hedge,
  seed,
  targets,
}: typeof configs extends fc.Arbitrary<infer T> ? T : never): Real {
  const clock = new VirtualClock();
  const puppets = Array.from({ length: targets }, (_, index) => createPuppet(`p${index}`));
  const registry = createRegistry({
    providers: puppets.map((provider) => ({
      provider,
      ...(concurrency === undefined ? {} : { limits: { concurrency } }),
    })),
    default: puppets.map(({ id }) => id),
    strategy: strategy as 'balanced',
    maxAttempts,
    hedge,
    seed,
    timers: clock,
  });
  return { clock, puppets, registry, callers: [] };
}

/** In the end everything is over, and nothing is left. */
async function assertNothingLeft(real: Real): Promise<void> {
  const { registry, clock, puppets, callers } = real;
  for (const { controller } of callers) controller.abort();
  await clock.advance(1);
  await Promise.all(callers.map(({ done }) => done));
  await clock.settle();
  assertSound(real);
  assert.deepEqual(
    puppets.map(({ calls }) => calls.length),
    puppets.map(() => 0),
    'no call is open',
  );
  for (const { inFlight, queued } of registry.snapshot().targets)
    assert.deepEqual([inFlight, queued], [0, 0]);
  assert.equal(clock.pending, 0, 'no timer is set');
  await registry.close();
}

/** A registry that lives through any sequence of callers, outcomes and times keeps what section 7 of the design promises. */
export async function openRegistryArea(): Promise<OpenArea> {
  const commandsProperty = fuzzProperty(
    'any-life',
    60,
    fc.asyncProperty(
      configs,
      fc.commands(commands, { maxCommands: 60, size: 'max' }),
      async (config, sequence) => {
        const real = setUp(config);
        await fc.asyncModelRun(() => ({ model: {}, real }), sequence);
        await assertNothingLeft(real);
      },
    ),
  );
  return { properties: [commandsProperty], async [Symbol.asyncDispose]() {} };
}
