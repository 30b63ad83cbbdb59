import { type ChatError, errorPolicies } from '@sluice/core';
import type { CallLife } from './call-life.ts';
import { channels } from './channels.ts';
import type { Engine } from './engine.ts';
import { type FilterContext, filters, refusedBy } from './filters.ts';
import { type Lease, takeLease } from './lease.ts';
import { backoffMs } from './limits/backoff.ts';
import type { Plan } from './plan.ts';
import type { Target } from './target.ts';

/** What the next attempt is made with. */
export interface NextLease {
  readonly lease: Lease;
  /** How long the call waited for it, in milliseconds. */
  readonly waitedMs?: number;
}

/** A target that failed and may be asked once more. */
interface Again {
  readonly target: Target;
  /** How often it was tried again. */
  readonly retries: number;
  readonly mostRetries: number;
}

const budgetIsGone = 'the retry budget is used up';

const unsaturated = filters.filter(({ name }) => name !== 'saturated');

/**
 * A target that answers this well may be asked after another one failed, and nothing is taken from the retry budget: where every
 * target is at least as good as this, the extra calls stay below 20 % by themselves (0.15 / 0.85), and one healthy target among
 * bad ones is what failing over is for.
 */
const wellEnough = 0.85;

/**
 * Where the attempts of one call go, in this order: the same target with another key, where a key was the trouble; the next
 * target of the plan that can take it; a slot of a full target, if one is worth waiting for; and a target that failed and may
 * be asked again, after its backoff and out of the retry budget. Nothing is asked twice while something is left that was not.
 */
export class LeaseSource {
  readonly #engine: Engine;
  readonly #life: CallLife;
  readonly #plan: Plan;
  #context: FilterContext;
  #cursor = 0;
  #fresh = true;
  #otherKey: Target | undefined;
  /** Whether the attempt before was the target's failure: then asking the next one may be part of a storm. */
  #isExtra = false;
  readonly #full: Target[] = [];
  readonly #again: Again[] = [];
  /** Why nothing more was found, where that is news. */
  stopped: string | undefined;

  constructor(engine: Engine, life: CallLife, plan: Plan) {
    this.#engine = engine;
    this.#life = life;
    this.#plan = plan;
    this.#context = plan.context;
    for (const { target, filter } of plan.refused) if (filter.name === 'saturated') this.#full.push(target);
  }

  /** Targets that were not asked yet. */
  get untried(): number {
    return this.#plan.targets.length - this.#cursor;
  }

  /** From here on targets are judged by another form of the request: an answer is to be gone on with. */
  judgeBy(change: Pick<FilterContext, 'request' | 'needs' | 'tokens'>): void {
    this.#context = { ...this.#context, ...change };
    this.#fresh = false;
  }

  /** Takes note of a failure: what it lets us do next. `broken`: it failed after its answer had begun. */
  failed(lease: Lease, error: ChatError, broken: boolean): void {
    const { target } = lease;
    const { retrySame, cools } = errorPolicies[error.code];
    const benched = cools === 'credential' || error.code === 'rate-limited';
    this.#otherKey = benched && target.state.pool !== undefined ? target : undefined;
    this.#isExtra = errorPolicies[error.code].breakerWeight > 0;
    const at = this.#again.findIndex((again) => again.target === target);
    const retries = at < 0 ? 0 : (this.#again.splice(at, 1)[0] as Again).retries + 1;
    const may =
      broken ||
      retrySame === 'once' ||
      retrySame === 'if-wait-fits' ||
      (retrySame === 'if-not-sent' && error.sent === 'no');
    if (!may) return;
    const mostRetries = retrySame === 'if-wait-fits' ? Number.POSITIVE_INFINITY : 1;
    if (retries < mostRetries) this.#again.push({ target, retries, mostRetries });
  }

  /** Waits only where `mayWait`, and rejects if the call ends meanwhile. */
  async next(): Promise<NextLease | undefined> {
    const now = this.nextNow();
    if (now) return { lease: now };
    return (await this.#queued()) ?? (await this.#retry());
  }

  /** What can be had without waiting. */
  nextNow(): Lease | undefined {
    const other = this.#otherKey;
    this.#otherKey = undefined;
    const again = other && this.#take(other, this.#engine.timers.now());
    return again ?? this.nextTarget();
  }

  /** The next target of the plan that can take the request now. */
  nextTarget(): Lease | undefined {
    const { targets } = this.#plan;
    const nowMs = this.#engine.timers.now();
    while (this.#cursor < targets.length) {
      const target = targets[this.#cursor] as Target;
      this.#cursor += 1;
      // A target that fails often itself is asked only while the retry budget pays for it: or all would be asked by all.
      const costs = this.#costs(target, nowMs);
      if (costs && !this.#engine.retryBudget.has(nowMs)) {
        this.stopped = budgetIsGone;
        continue;
      }
      const lease = this.#take(target, nowMs);
      if (lease && costs) this.#engine.retryBudget.take(nowMs);
      if (lease) return lease;
    }
    return undefined;
  }

  #costs({ state }: Target, nowMs: number): boolean {
    return this.#isExtra && state.health.successRate(nowMs) < wellEnough;
  }

  #take(target: Target, nowMs: number): Lease | undefined {
    // What was planned a moment ago, in the same turn, need not be judged again.
    const judged = this.#fresh;
    this.#fresh = false;
    if (!judged) {
      const filter = refusedBy(target, { ...this.#context, nowMs });
      if (filter?.name === 'saturated') this.#full.push(target);
      if (filter) return undefined;
    }
    const lease = takeLease(target, this.#engine, nowMs, this.#context.tokens);
    if (!lease && target.state.limits) this.#full.push(target);
    return lease;
  }

  /** Waits at the full target with the shortest queue. */
  async #queued(): Promise<NextLease | undefined> {
    const { queue, timers, origin } = this.#engine;
    const full = this.#full.splice(0).filter(({ state }) => state.queue.length < queue.maxWaiting);
    if (full.length === 0) return undefined;
    const target = full.reduce((best, one) =>
      one.state.queue.length < best.state.queue.length ? one : best,
    );
    const since = timers.now();
    const waiter = {
      take: () => this.#takeFromQueue(target),
      nextInMs: () => {
        const { limits, concurrency } = target.state;
        if (limits === undefined || limits.inUse >= concurrency) return undefined;
        return limits.waitMs(timers.now(), this.#context.tokens);
      },
    };
    const waiting = target.state.queue.wait(waiter, this.#life, queue.maxWaitMs);
    if (channels.queue.hasSubscribers) {
      channels.queue.publish({ ...origin, target: target.id, waiting: target.state.queue.length });
    }
    const lease = await waiting;
    return lease && { lease, waitedMs: timers.now() - since };
  }

  #takeFromQueue(target: Target): Lease | 'full' | 'refused' {
    const nowMs = this.#engine.timers.now();
    const { tokens } = this.#context;
    const context = { ...this.#context, nowMs };
    if (unsaturated.some((filter) => filter.refuses(target, context))) return 'refused';
    const lease = takeLease(target, this.#engine, nowMs, tokens);
    if (lease) return lease;
    return (target.state.limits?.waitMs(nowMs, tokens) ?? 0) > 0 ? 'full' : 'refused';
  }

  /** Asks a target again that failed: the one that may be asked first. */
  async #retry(): Promise<NextLease | undefined> {
    const { timers, retryBudget, maxRetryWaitMs } = this.#engine;
    const now = timers.now();
    let soonest: { readonly again: Again; readonly waitMs: number } | undefined;
    for (const again of this.#again) {
      const waitMs = this.#waitFor(again, now);
      if (waitMs < (soonest?.waitMs ?? Number.POSITIVE_INFINITY)) soonest = { again, waitMs };
    }
    if (soonest === undefined) return undefined;
    const { again, waitMs } = soonest;
    if (maxRetryWaitMs === 0 || waitMs > maxRetryWaitMs || waitMs >= this.#life.leftMs(now)) {
      this.stopped = `${again.target.id} can be asked again only in ${Math.ceil(waitMs / 1000)} s`;
      return undefined;
    }
    if (!retryBudget.take(now)) {
      this.stopped = budgetIsGone;
      return undefined;
    }
    await this.#life.sleep(Math.ceil(waitMs) + 1);
    this.#fresh = false;
    const lease = this.#take(again.target, timers.now());
    // Others may have taken its slots meanwhile.
    return lease ? { lease, waitedMs: timers.now() - now } : this.#queued();
  }

  /** `Infinity` for one whose breaker is open: it says when to come back, and that is not now. */
  #waitFor({ target, retries }: Again, nowMs: number): number {
    const { state } = target;
    if (!state.breaker.allows(nowMs)) return Number.POSITIVE_INFINITY;
    const coolsMs = Math.max(0, (this.#engine.cooldowns.blocking(state.keys, nowMs)?.untilMs ?? 0) - nowMs);
    const keyMs = state.pool === undefined ? 0 : Math.max(0, state.pool.readyAtMs(nowMs) - nowMs);
    return backoffMs(retries + 1, this.#engine.random, Math.max(coolsMs, keyMs), this.#engine.backoff);
  }
}
