import { type ChatErrorCode, errorPolicies } from '@sluice/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type BreakerChange, type BreakerState, createBreaker } from './breaker.ts';
import type { BreakerPass } from './breaker-pass.ts';
import { defaultBreakerTuning as tuning } from './breaker-tuning.ts';

type Ending = 'good' | 'left' | ChatErrorCode;

type Action =
  | { readonly type: 'wait'; readonly ms: number }
  /** Waits until an open period is over. */
  | { readonly type: 'recover' }
  | { readonly type: 'enter' }
  /** An answer begins. */
  | { readonly type: 'commit'; readonly which: number }
  | { readonly type: 'end'; readonly which: number; readonly how: Ending }
  /** Gives a pass back that was given back before. */
  | { readonly type: 'again'; readonly which: number; readonly how: Ending }
  | { readonly type: 'adopt'; readonly inMs: number; readonly doublings: number };

const codes = Object.keys(errorPolicies) as ChatErrorCode[];

const ending: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('good') },
  { weight: 4, arbitrary: fc.constant('network') },
  fc.constantFrom('left', 'empty-response', ...codes),
);

const single: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ type: fc.constant('wait'), ms: fc.oneof(fc.nat(4_000), fc.nat(400_000)) }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('enter') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('end'), which: fc.nat(), how: ending }) },
  fc.record({ type: fc.constant('commit'), which: fc.nat() }),
  fc.record({ type: fc.constant('again'), which: fc.nat(), how: ending }),
  fc.record({
    type: fc.constant('adopt'),
    inMs: fc.oneof(fc.nat(60_000), fc.integer({ min: -1_000, max: 1e7 })),
    doublings: fc.nat(100),
  }),
);

/** Calls one after the other that end in the same way, and the return of a target: chance alone seldom gets that far. */
const calls = fc
  .record({ times: fc.integer({ min: 1, max: 7 }), how: ending })
  .map(({ times, how }) =>
    Array.from({ length: times }, (): Action[] => [
      { type: 'enter' },
      { type: 'end', which: -1, how },
    ]).flat(),
  );
/** Calls that are all under way at once, and the end of the oldest of them. */
const crowd = fc
  .integer({ min: 1, max: 9 })
  .map((times) => Array.from({ length: times }, (): Action => ({ type: 'enter' })));
const leaving = fc
  .record({ times: fc.integer({ min: 1, max: 9 }), how: ending })
  .map(({ times, how }) => Array.from({ length: times }, (): Action => ({ type: 'end', which: 0, how })));
const comeback = fc
  .array(fc.constantFrom<Ending>('good', 'good', 'good', 'network', 'left'), { maxLength: 4 })
  .map((hows): Action[] => [
    { type: 'recover' },
    ...hows.flatMap((how): Action[] => [
      { type: 'enter' },
      { type: 'enter' },
      { type: 'end', which: -1, how },
    ]),
  ]);

const actions: fc.Arbitrary<Action[]> = fc
  .array(
    fc.oneof(
      single.map((one) => [one]),
      calls,
      crowd,
      leaving,
      comeback,
    ),
    { maxLength: 60 },
  )
  .map((lists) => lists.flat());

/** What the design says, kept as a list of all that ever happened instead of a ring and counters. */
class Model {
  state: BreakerState = 'closed';
  untilMs = 0;
  era = 0;
  inARow = 0;
  runSinceMs = 0;
  goodProbes = 0;
  outcomes: number[] = [];
  failures: { readonly atMs: number; readonly weight: number }[] = [];

  /** Failures and outcomes whose part of the window has not passed yet. */
  window(nowMs: number): { readonly failures: number; readonly all: number } {
    const partMs = tuning.windowMs / 10;
    const isRecent = (atMs: number): boolean => Math.floor(atMs / partMs) > Math.floor(nowMs / partMs) - 10;
    return {
      failures: this.failures.reduce((sum, { atMs, weight }) => sum + (isRecent(atMs) ? weight : 0), 0),
      all: this.outcomes.filter(isRecent).length,
    };
  }

  close(): void {
    this.state = 'closed';
    this.era += 1;
    this.inARow = 0;
    this.goodProbes = 0;
    this.outcomes = [];
    this.failures = [];
  }

  open(): void {
    this.state = 'open';
    this.era += 1;
  }
}

/** A pass that is out. */
interface Out {
  readonly pass: BreakerPass;
  readonly era: number;
  begun: boolean;
  begunAtMs: number;
  /** A probe whose answer has lasted for so long that it counted as good before its end. */
  proven: boolean;
}

it('keeps its promises in any sequence of attempts, outcomes, news and times', () => {
  fc.assert(
    fc.property(actions, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (steps, chance) => {
      const changes: BreakerChange[] = [];
      const breaker = createBreaker('a', { onChange: (change) => changes.push(change) });
      const model = new Model();
      const out: Out[] = [];
      const given: BreakerPass[] = [];
      let nowMs = 1_000_000;

      const giveBack = (pass: BreakerPass, how: Ending): void => {
        if (how === 'good') pass.succeed(nowMs);
        else if (how === 'left') pass.abandon();
        else pass.fail(nowMs, how, () => chance);
      };
      const begin = (which: number): void => {
        const taken = out[which % out.length];
        if (!taken) return;
        taken.pass.commit(nowMs);
        taken.begunAtMs = Math.min(taken.begunAtMs, nowMs);
        if (taken.begun || taken.pass.probe || taken.era !== model.era) return;
        taken.begun = true;
        model.outcomes.push(nowMs);
        model.inARow = 0;
      };
      const end = (which: number, how: Ending): void => {
        const [taken] = out.splice(which < 0 ? -1 : which % out.length, 1);
        if (!taken) return;
        giveBack(taken.pass, how);
        given.push(taken.pass);
        const weight = how === 'good' || how === 'left' ? 0 : errorPolicies[how].breakerWeight;
        if (taken.proven || taken.era !== model.era || (how !== 'good' && weight === 0)) return;

        if (taken.pass.probe) {
          if (how === 'good') model.goodProbes += 1;
          else model.open();
          if (model.goodProbes === 2) model.close();
          return;
        }
        if (!taken.begun) model.outcomes.push(nowMs);
        if (how !== 'good') model.failures.push({ atMs: nowMs, weight });
        if (how !== 'good') {
          if (model.inARow === 0) model.runSinceMs = nowMs;
          model.inARow += weight;
        } else if (!taken.begun) model.inARow = 0;
        const { failures, all } = model.window(nowMs);
        if (how === 'good') return;
        // What is undecided may still be good, unless a run of failures goes on and on.
        const undecided = out.filter((one) => one.era === model.era && !one.begun && !one.pass.probe).length;
        const isRun = model.inARow >= 5 && (model.inARow >= undecided || nowMs - model.runSinceMs >= 1_000);
        if (isRun || (failures >= 5 && failures >= (all + undecided) / 2)) model.open();
      };

      for (const step of steps) {
        const untilBefore = breaker.untilMs;
        const changesBefore = changes.length;
        if (step.type === 'wait') nowMs += step.ms;
        if (step.type === 'recover') nowMs = Math.max(nowMs, breaker.untilMs);
        if (step.type === 'again') {
          const pass = given[step.which % given.length];
          if (pass) giveBack(pass, step.how);
        }
        if (step.type === 'commit') begin(step.which);
        if (step.type === 'end') end(step.which, step.how);
        if (step.type === 'adopt') {
          const untilMs = Math.min(nowMs + step.inMs, nowMs + tuning.maxOpenMs);
          if (untilMs > nowMs && untilMs > breaker.untilMs) model.open();
          breaker.adopt({ untilMs: nowMs + step.inMs, doublings: step.doublings, reason: 'told' }, nowMs);
        }
        if (step.type === 'enter') {
          const allowed = breaker.allows(nowMs);
          const pass = breaker.enter(nowMs);
          expect(pass !== undefined).toBe(allowed);
          const probe = out.find((one) => one.pass.probe && !one.proven);
          const isProven = probe !== undefined && nowMs - probe.begunAtMs >= tuning.windowMs;
          const probeOut = probe !== undefined && !isProven;
          if (probe && isProven && model.state !== 'closed' && nowMs >= untilBefore) {
            probe.proven = true;
            if (probe.era === model.era) model.goodProbes += 1;
            if (model.goodProbes === 2) model.close();
          }
          expect(allowed).toBe(model.state === 'closed' || (nowMs >= untilBefore && !probeOut));
          if (pass) {
            expect(pass.probe).toBe(model.state !== 'closed');
            if (model.state === 'open') {
              model.state = 'half-open';
              model.goodProbes = 0;
            }
            out.push({
              pass,
              era: model.era,
              begun: false,
              begunAtMs: Number.POSITIVE_INFINITY,
              proven: false,
            });
          }
        }

        // At most one probe is out.
        expect(out.filter(({ pass, proven }) => pass.probe && !proven).length).toBeLessThanOrEqual(1);
        // It is in the state that the design says.
        const opensLater = model.state === 'open' && nowMs < breaker.untilMs;
        expect(breaker.state(nowMs)).toBe(model.state === 'open' && !opensLater ? 'half-open' : model.state);
        // Never closed with an open period, and never refusing without a reason.
        if (model.state === 'closed') expect(breaker.untilMs).toBe(0);
        expect(breaker.refusal(nowMs) === undefined).toBe(breaker.allows(nowMs));
        // It opens for a time within its bounds, and tells each change once.
        if (breaker.untilMs !== untilBefore && breaker.untilMs !== 0) {
          const periodMs = breaker.untilMs - nowMs;
          expect(periodMs).toBeLessThanOrEqual(tuning.maxOpenMs);
          if (step.type !== 'adopt') {
            expect(periodMs).toBeGreaterThanOrEqual(tuning.openMs * (1 - tuning.jitter));
          }
        }
        for (const { from, to } of changes.slice(changesBefore)) expect(to).not.toBe(from);
        expect(changes.at(-1)?.to ?? 'closed').toBe(model.state);
      }
      // The chain of changes has no gap.
      changes.forEach(({ from }, index) => {
        expect(from).toBe(changes[index - 1]?.to ?? 'closed');
      });
    }),
    { numRuns: 400 },
  );
});
